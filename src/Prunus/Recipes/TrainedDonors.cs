using System.Text.Json.Nodes;
using Prunus.Checkpoints;
using Prunus.Decoders;
using Prunus.Runs;
using Prunus.Shrinking;
using TorchSharp;

namespace Prunus.Recipes;

/// <summary>Donors that a recipe has trained for itself: once, kept in the cache under the hash of everything they were made from.</summary>
public static class TrainedDonors
{
    private const long Seed = 1;

    /// <summary>Folder of a donor's checkpoint; trains it when it is not there yet, and goes on where an earlier call was stopped.</summary>
    /// <param name="source">The donor.</param>
    /// <param name="sources">Where models and texts lie.</param>
    /// <param name="heldOut">Path of the text its loss is told on.</param>
    /// <param name="device">Where to train.</param>
    /// <param name="progress">Told where the training stands.</param>
    /// <param name="cancellation">Ends at a safe point.</param>
    /// <exception cref="PrunusInputException">A model or text is not there, or the donor is being trained by another process.</exception>
    public static string Folder(DonorSource source, RecipeSources sources, string heldOut, torch.Device device, IProgress<ProgressUpdate>? progress, CancellationToken cancellation)
    {
        if (source.Trained is not { } donor)
        {
            return sources.ModelPath(source.Model!);
        }

        var like = sources.ModelPath(donor.Like);
        var configs = Directory.CreateDirectory(Path.Combine(sources.CacheFolder, "configs")).FullName;
        var config = Config(like, donor);
        var start = Path.Combine(configs, new RunIdentity("config", config).Hash + ".json");
        AtomicFile.WriteText(start, config.ToJsonString());
        using var run = new TrainRun(new TrainOptions
        {
            Start = start,
            Tokenizer = like,
            Corpus = new CorpusOptions { Texts = [new TextWeight(sources.TextPath(donor.Text))], HeldOutText = heldOut },
            Healing = donor.Healing,
            Seed = Seed,
        }, device);
        using var folder = RunFolder.Open(run.Identity with { Slug = "donor" }, root: Path.Combine(sources.CacheFolder, "donors"));
        if (!folder.StageDone("train"))
        {
            run.Run(folder, progress, cancellation);
        }

        return folder.Path;
    }

    private static JsonObject Config(string like, TrainedDonor donor)
    {
        using var checkpoint = Checkpoint.Open(like);
        return new DecoderSizes(donor.Hidden, donor.Ffn, donor.Layers, donor.Heads, donor.Groups).Over(checkpoint.Config);
    }
}
