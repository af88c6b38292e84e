using Prunus.Checkpoints;
using Prunus.Datasets;
using Prunus.Decoders;
using Prunus.Evaluation.Tasks;
using Prunus.Shrinking;
using Prunus.Tokenizers;
using TorchSharp;

namespace Prunus.Recipes;

/// <summary>A donor with the texts in its own tokens.</summary>
internal sealed class LoadedDonor(
    Checkpoint checkpoint, DonorDecoders decoders, Tokenizer tokenizer, Corpus corpus, IReadOnlyList<(string Name, int[] Tokens)> evaluate, IReadOnlyList<TaskSet> tasks) : IDisposable
{
    public DonorDecoders Decoders => decoders;

    public Tokenizer Tokenizer => tokenizer;

    public Corpus Corpus => corpus;

    public IReadOnlyList<(string Name, int[] Tokens)> Evaluate => evaluate;

    public IReadOnlyList<TaskSet> Tasks => tasks;

    public static LoadedDonor Load(string folder, RecipeSize size, RecipeSources sources, torch.Device device)
    {
        var checkpoint = Checkpoint.Open(folder);
        var tokenizer = Tokenizer.FromFiles(checkpoint.CarriedFiles, checkpoint.Location);
        var corpus = Corpus.Read(new CorpusOptions
        {
            Texts = [.. size.Train.Select(t => new TextWeight(sources.TextPath(t.Text), t.Weight))],
            HeldOutText = sources.TextPath(size.Evaluate[0].Text),
        }, tokenizer);
        corpus.CheckVocabulary(DecoderConfig.FromHuggingFace(checkpoint.Config, folder).VocabSize, folder);
        return new(checkpoint, new DonorDecoders(checkpoint, device), tokenizer, corpus,
            [.. size.Evaluate.Select(t => (t.Name, TokenSource.FromFile(sources.TextPath(t.Text), tokenizer).Ids))],
            [.. size.Tasks.Select(t => TaskSet.Load(EvaluationTasks.Named(t), sources.TaskFolder(t), 0))]);
    }

    /// <summary>Sequences that importance is measured on, in batches.</summary>
    public List<torch.Tensor> Calibration(RecipeSize size, long seed)
    {
        var rows = Math.Min(size.Calibration.Sequences, Math.Max(16, size.Train.Count));
        var blocks = corpus.Blocks(rows, size.Calibration.Length, seed);
        var batches = new List<torch.Tensor>();
        for (var done = 0; done < size.Calibration.Sequences; done += rows)
        {
            var ids = new long[blocks.TokensPerStep];
            blocks.Fill(batches.Count, ids);
            batches.Add(torch.tensor(ids, [rows, size.Calibration.Length]));
        }

        return batches;
    }

    public void Dispose()
    {
        decoders.Dispose();
        checkpoint.Dispose();
    }
}
