using Prunus.Decoders;
using Prunus.Lottery.Masks;
using Prunus.Pruning;
using Prunus.Vision;
using TorchSharp;

namespace Prunus.Lottery.Kinds;

/// <summary>Smaller dense nets. Of image nets those units go whose incoming weights have the least sum of magnitudes (Li et al. 2017, arXiv 1608.08710); of decoders those that are least active on training
/// text, and the layers that change the residual stream least (Muralidharan et al. 2024, arXiv 2407.14679).</summary>
internal static class StructuredCuts
{
    private const int CalibrationBatches = 4;

    /// <summary>The architecture that is left: a matter of sizes alone.</summary>
    /// <exception cref="PrunusInputException">The share cannot be reached.</exception>
    public static ITicketArchitecture Shape(ITicketArchitecture architecture, SparsityKind.Structured kind) => architecture switch
    {
        VisionTicketArchitecture vision => new VisionTicketArchitecture(VisionSurgery.Narrow(vision.Config, Units(vision.Config, kind.Keep))),
        DecoderTicketArchitecture decoder => new DecoderTicketArchitecture(Planner.Propose(decoder.Config, Target(kind)).Result),
        _ => throw new ArgumentException($"{architecture.Name} cannot be cut", nameof(architecture)),
    };

    /// <summary>The trained net without the units that go; the net itself stays as it is.</summary>
    /// <param name="net">The net.</param>
    /// <param name="kind">How much goes.</param>
    /// <param name="calibration">Batch of a number: training examples in the dispose scope.</param>
    /// <param name="seed">Seed of the plan.</param>
    /// <exception cref="PrunusInputException">The share cannot be reached.</exception>
    public static ITicketNet Cut(ITicketNet net, SparsityKind.Structured kind, Func<int, torch.Tensor> calibration, long seed)
    {
        using var scope = torch.NewDisposeScope();
        switch (net)
        {
            case VisionTicketNet { Net: var vision }:
                return new VisionTicketNet(VisionSurgery.Cut(vision, Units(vision.Config, kind.Keep).ToDictionary(u => u.Key, u => Largest(vision, u.Key, u.Value))));
            case DecoderTicketNet { Decoder: var decoder }:
                var plan = Pruner.Prune(decoder, [.. Enumerable.Range(0, CalibrationBatches).Select(calibration)], new PruneOptions { Target = Target(kind) }, seed).Plan;
                return new DecoderTicketNet(Surgery.Prune(decoder, plan));
            default:
                throw new ArgumentException($"{net.Architecture} cannot be cut", nameof(net));
        }
    }

    private static PlanTarget Target(SparsityKind.Structured kind) => new() { Keep = kind.Keep, NonEmbedding = true, Axes = kind.Axes, AllowUnloadable = true };

    // All layers by one factor: the one that comes nearest.
    private static Dictionary<string, int> Units(VisionConfig config, double keep)
    {
        var (axes, wanted) = (VisionSurgery.Axes(config), keep * config.PrunableCount());
        return Enumerable.Range(1, 1000).Select(i => axes.ToDictionary(a => a.Axis, a => Math.Max(1, (int)Math.Round(i / 1000.0 * a.Units)), StringComparer.Ordinal))
            .DistinctBy(u => string.Join(' ', u.Values)).MinBy(u => Math.Abs(VisionSurgery.Narrow(config, u).PrunableCount() - wanted))!;
    }

    private static int[] Largest(VisionNet net, string axis, int count)
    {
        var weight = net.Parameters[$"{axis}.weight"];
        var values = MaskTensors.Floats(weight);
        var row = values.Length / (int)weight.size(0);
        return [.. Enumerable.Range(0, (int)weight.size(0)).OrderByDescending(u => values.AsSpan(u * row, row).ToArray().Sum(v => (double)Math.Abs(v))).Take(count).Order()];
    }
}
