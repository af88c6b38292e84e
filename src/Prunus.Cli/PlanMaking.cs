using System.CommandLine;
using Prunus.Checkpoints;
using Prunus.Cli.Options;
using Prunus.Decoders;
using Prunus.Pruning;
using TorchSharp;

namespace Prunus.Cli;

/// <summary>How <c>plan</c> and <c>prune</c> come to a plan: from scores on disk, from weights and text, or, for controls, from headers and weights alone.</summary>
internal static class PlanMaking
{
    public static Option<string> ScoresPath { get; } = ParsedOption.Create<string>("--scores", "FILE", "scores.safetensors of `prunus score`.", ParsedOption.Text);

    /// <summary>Every option that it reads, but for the checkpoint.</summary>
    public static IReadOnlyList<Option> Options { get; } = [.. PruningOptions.Target, .. PruningOptions.Ranking, ScoresPath, .. CalibrationOptions.All];

    /// <summary>The plan, or null where neither scores nor text are given and the method needs one of them.</summary>
    /// <exception cref="PrunusInputException">Options, scores or text cannot be used.</exception>
    public static PruneResult? Make(VerbContext context, Checkpoint checkpoint, DecoderConfig donor, PruneOptions options)
    {
        options.Validate();
        var text = context.Given(SharedOptions.Text) || context.Given(SharedOptions.Ids);
        if (text && context.Given(ScoresPath))
        {
            throw new PrunusInputException("--scores", "is given beside calibration text", "give one of the two");
        }

        if (text && options.NeedsCalibration)
        {
            return Measured(context, checkpoint, donor, options).For(checkpoint.Fingerprint);
        }

        var scores = context.Given(ScoresPath) ? Read(context.Need(ScoresPath), checkpoint) : null;
        if (ImportanceMethods.Named(options.Importance).WithoutData is { } score)
        {
            var read = new Lazy<PrunedWeights>(() => new PrunedWeights(checkpoint, new PruningPlan()));
            var own = score(donor, p => read.Value.Read(p), context.Required(GlobalOptions.Seed));
            scores = scores is not null ? own.And(scores) : options.NeedsCalibration ? null : own;
        }

        return scores is null ? null : Pruner.FromScores(donor, scores, options).For(checkpoint.Fingerprint);
    }

    private static PruneResult Measured(VerbContext context, Checkpoint checkpoint, DecoderConfig donor, PruneOptions options)
    {
        // A budget out of reach must show before weights are read.
        Planner.Propose(donor, options.Target);
        var device = TensorSetup.Device(context);
        var batches = CalibrationOptions.Read(context, checkpoint, donor.VocabSize, donor.MaxPositions);
        using var decoder = Decoder.Load(checkpoint, device, torch.ScalarType.Float32);
        using var progress = context.StartProgress();
        return Pruner.Prune(decoder, batches, options, context.Required(GlobalOptions.Seed), progress, context.Cancellation);
    }

    private static Scores Read(string path, Checkpoint checkpoint)
    {
        var scores = ScoresFile.Read(path);
        return scores.Donor is null || scores.Donor == checkpoint.Fingerprint ? scores
            : throw new PrunusInputException(path, "was made for another donor", $"score {checkpoint.Location}");
    }
}
