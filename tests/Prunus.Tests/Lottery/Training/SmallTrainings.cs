using Prunus.Lottery;
using Prunus.Lottery.Training;
using Prunus.Tests.Lottery.Stacking;
using Prunus.Vision;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Tests.Lottery.Training;

/// <summary>A net with running statistics that trains in milliseconds, its batches, masks and sets.</summary>
internal static class SmallTrainings
{
    public static VisionConfig Config { get; } = new("small", new MapShape(1, 4, 4), 10,
        [new Convolution("conv", 3, Bias: false), new BatchNorm("bn"), new Relu("relu"), new Flatten("flatten"), new Linear("fc", 10)]);

    public static MaskedTrainingOptions Options { get; } = new()
    {
        LastStep = 30,
        Schedule = new() { Rate = 0.05, WarmupSteps = 4, Drops = [20] },
        Optimiser = new SgdOptions { WeightDecay = 1e-3 },
        EvaluateEvery = 8,
        EvaluateAt = [3],
        SnapshotAt = [0, 5, 30],
        SaveEvery = 6,
        Threads = 1,
    };

    public static EvaluationSet Validation { get; } = new(2, i => Batch(1000 + i));

    public static EvaluationSet Test { get; } = new(1, _ => Batch(2000));

    public static VisionNet[] Nets(int count, ScalarType type = ScalarType.Float32) => StackSamples.Nets(Config, count, type);

    public static TicketBatch Batch(int step) => Batch(step, ScalarType.Float32);

    public static TicketBatch Batch(int step, ScalarType type) => new(StackSamples.Normal((ulong)step + 100, type, 12, 1, 4, 4), StackSamples.Labels(12, step));

    /// <summary>About two thirds kept, another pattern for each member.</summary>
    public static Dictionary<string, Tensor> Masks(int member, ScalarType type = ScalarType.Float32) =>
        Config.Tensors().Where(t => t.IsPrunable).ToDictionary(t => t.Name, t => tensor(Enumerable.Range(0, (int)t.ElementCount).Select(i => (i + member) % 3 == 0 ? 0f : 1f).ToArray(), [.. t.Shape]).to(type));

    public static byte[] Bytes(IEnumerable<KeyValuePair<string, Tensor>> tensors)
    {
        using var scope = NewDisposeScope();
        return [.. tensors.SelectMany(t => t.Value.detach().bytes.ToArray())];
    }
}
