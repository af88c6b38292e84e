using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Prunus.Lottery.Training;
using Prunus.Native;
using Prunus.Randomness;
using Prunus.Vision;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Lottery.Stacking;

/// <summary>What a trial of written-out steps on a device found.</summary>
/// <param name="Fault">Why they are not to be used there, or null.</param>
/// <param name="GraphFault">Why they are not to be launched as graphs, or null.</param>
public sealed record MlpCheckResult(string? Fault, string? GraphFault);

/// <summary>Tries a GPU's steps on a small stack before they are relied on, launched one by one and as graphs, against the CPU's.</summary>
public static class MlpCheck
{
    private const int Members = 3, Images = 40, Batch = 7, Steps = 8, Runs = 3;
    private const double Tolerance = 1e-4;

    // Lazy: threads that come at once wait for one trial.
    private static readonly ConcurrentDictionary<string, Lazy<MlpCheckResult>> Known = new();

    /// <summary>Tried once in a process for each device; a CPU's steps are the measure and have no fault.</summary>
    public static MlpCheckResult Of(Device device) => device.type == DeviceType.CPU ? new(null, null) : Known.GetOrAdd(device.ToString(), _ => new(() => Try(device))).Value;

    /// <summary>The trial itself.</summary>
    internal static MlpCheckResult Try(Device device)
    {
        try
        {
            OptimiserOptions[] optimisers = [new SgdOptions { WeightDecay = 1e-3 }, new AdamOptions { Epsilon = 1e-4 }];
            if (optimisers.Select(o => Difference(Train(CPU, o, false).Values, Train(device, o, false).Values)).Max() is >= Tolerance and var off)
            {
                return new($"steps of MLPs differ from the CPU's by {off:G2} on {device}", null);
            }

            foreach (var optimiser in optimisers)
            {
                var (values, fault) = Train(device, optimiser, true);
                fault ??= Difference(Train(CPU, optimiser, false).Values, values) is >= Tolerance and var apart ? $"steps of a graph differ from the CPU's by {apart:G2}" : null;
                if (fault is not null)
                {
                    return new(null, fault);
                }
            }

            return new(null, null);
        }
        catch (Exception e) when (e is PrunusRunException or ExternalException)
        {
            return new(e.Message.Split('\n')[0], null);
        }
    }

    // Weights and losses at the end. The second run of as many steps is recorded, the third only launched.
    private static (float[] Values, string? GraphFault) Train(Device device, OptimiserOptions optimiser, bool graph)
    {
        using var scope = NewDisposeScope();
        var config = VisionNets.Named("mlp:24-11", new MapShape(1, 5, 5));
        VisionNet[] nets = [.. Enumerable.Range(1, Members).Select(seed => VisionNet.Initialise(config, VisionInitialisations.Named("kaiming-normal"), seed, device))];
        using var net = VisionStack.Of(nets);
        var inputs = empty([Images, 1, 5, 5], ScalarType.Float32);
        new Philox4x32(1).FillNormal(0, TensorMemory.Span<float>(inputs));
        var labels = tensor(Enumerable.Range(0, Images).Select(i => i * 7L % 10).ToArray());
        using var data = new StepData(inputs.to(device), labels.to(device), Batch, new EpochOrder([1, 2, 3], Images, Batch).Fill);
        var masks = net.Parameters.Where(p => p.Key.EndsWith("weight", StringComparison.Ordinal)).ToDictionary(p => p.Key, p => Ops.IsAbove(p.Value, -0.1f).to(ScalarType.Float32));
        using var step = new StackedMlpStep(net, data, optimiser, masks, graph: graph);
        var losses = new float[Runs * Steps * Members];
        for (var run = 0; run < Runs; run++)
        {
            step.Run(run * Steps, [.. Enumerable.Repeat(0.01f, Steps)], losses.AsSpan(run * Steps * Members, Steps * Members));
        }

        foreach (var single in nets)
        {
            single.Dispose();
        }

        return ([.. losses, .. net.Parameters.Values.SelectMany(p => TensorMemory.Span<float>(p.detach().cpu().contiguous()).ToArray())], step.GraphFault);
    }

    private static double Difference(float[] expected, float[] actual)
    {
        var most = expected.Max(MathF.Abs);
        var apart = expected.Zip(actual, (e, a) => MathF.Abs(e - a)).Max();
        return actual.All(float.IsFinite) ? apart / most : double.PositiveInfinity;
    }
}
