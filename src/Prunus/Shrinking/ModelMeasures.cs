using System.Text.Json;
using Prunus.Decoders;
using Prunus.Evaluation;
using Prunus.Runs;
using Prunus.Tokenizers;

namespace Prunus.Shrinking;

/// <summary>What was measured of one model of a run; kept beside the run so that a resumed run does not measure again.</summary>
/// <param name="Name">donor, pruned, distilled, from scratch.</param>
/// <param name="Parameters">All parameters, tied ones once.</param>
/// <param name="NonEmbedding">Those outside embedding and head.</param>
/// <param name="Bytes">Of the weights as float32.</param>
/// <param name="FlopsPerToken">Of a forward pass.</param>
/// <param name="Loss">Nats per token on the held-out text.</param>
/// <param name="WindowLosses">Loss of each held-out window.</param>
/// <param name="Sample">Greedy continuation of the run's prompt.</param>
/// <param name="Training">Loss of every training step; empty where nothing was trained.</param>
/// <param name="Evaluations">Held-out loss during training, by step.</param>
/// <param name="Epochs">How often each text was gone through.</param>
public sealed record ModelMeasures(
    string Name, long Parameters, long NonEmbedding, long Bytes, double FlopsPerToken, double Loss, IReadOnlyList<double> WindowLosses, string Sample,
    IReadOnlyList<double> Training, IReadOnlyList<double[]> Evaluations, IReadOnlyList<SourceEpochs> Epochs)
{
    private const int SampleTokens = 48;

    /// <summary>Curves of the single losses; empty where there is but one.</summary>
    public IReadOnlyList<TermCurve> Terms { get; init; } = [];

    /// <summary>As <see cref="HealingResult.DiscardedMass"/>.</summary>
    public double? DiscardedMass { get; init; }

    /// <summary>Measures a decoder.</summary>
    internal static ModelMeasures Of(
        string name, Decoder decoder, Corpus corpus, Tokenizer tokenizer, int[] prompt, int window, HealingResult? training, Action<int, int>? progress, CancellationToken cancellation)
    {
        var cost = DecoderCost.Of(decoder.Config);
        var sample = tokenizer.Decode([.. Generation.Generate(decoder, prompt, new GenerationOptions { MaxTokens = SampleTokens }, cancellation)]);
        var loss = Healing.HeldOutLoss(decoder, corpus, window, progress, cancellation);
        return new ModelMeasures(
            name, cost.Parameters, cost.NonEmbedding, cost.Parameters * sizeof(float), cost.FlopsPerToken, loss.MeanLoss, loss.WindowLosses, sample,
            training is null ? [] : [.. training.Training.Steps.Select(s => s.Loss)],
            training is null ? [] : [.. training.Training.Evaluations.Select(e => new[] { e.Step, e.Value })],
            training?.Epochs ?? [])
        {
            DiscardedMass = training?.DiscardedMass,
            Terms = training is not { Terms.Count: > 1 } ? []
                : [.. training.Terms.Select((term, i) => new TermCurve(term, [.. training.Training.Steps.Select(s => s.Terms[i])]))],
        };
    }

    internal Subject Subject => new(Name, new OrderedDictionary<string, double>
    {
        ["parameters"] = Parameters,
        ["parameters_non_embedding"] = NonEmbedding,
        ["bytes_as_float32"] = Bytes,
        ["flops_per_token"] = FlopsPerToken,
        ["loss"] = Loss,
        ["perplexity"] = Math.Exp(Loss),
    });

    internal void Write(string path) => AtomicFile.WriteText(path, JsonSerializer.Serialize(this) + "\n");

    /// <exception cref="PrunusInputException">The file is damaged.</exception>
    internal static ModelMeasures Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<ModelMeasures>(File.ReadAllText(path)) ?? throw new JsonException("is null");
        }
        catch (JsonException e)
        {
            throw new PrunusInputException(path, "is damaged", "delete the run folder or repeat the command with --fresh", e);
        }
    }
}

/// <summary>One of several losses over the steps of a training, without its weight.</summary>
public sealed record TermCurve(string Name, IReadOnlyList<double> Values);
