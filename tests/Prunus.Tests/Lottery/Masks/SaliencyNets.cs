using Prunus.Lottery;
using Prunus.Vision;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Tests.Lottery.Masks;

/// <summary>The nets whose saliencies the reference has.</summary>
internal static class SaliencyNets
{
    /// <summary>Ids of nets that scores by data are of.</summary>
    public static string[] Ids => LotteryGolden.Cases("masks", "saliency", g => g.Json.Names.Where(n => g.Json[n].Has("snip_sum")));

    /// <summary>A net of an id: mlp_nobias and conv_no_shift have zeros for what they lack.</summary>
    public static VisionTicketNet Net(LotteryGolden golden, string id)
    {
        var (kind, without) = (Kind(id), Conserves(id));
        return GoldenNets.Net(GoldenNets.Config(golden, kind + ".", kind + ".x"), t =>
            without && t.Role is (VisionRole.Bias or VisionRole.NormShift or VisionRole.RunningMean) ? zeros([.. t.Shape]) : golden.Tensor($"{kind}.{t.Name}"));
    }

    /// <summary>Whether the net has no biases and shifts, so that as much flows through each layer.</summary>
    public static bool Conserves(string id) => id.EndsWith("_nobias", StringComparison.Ordinal) || id.EndsWith("_no_shift", StringComparison.Ordinal);

    public static (Tensor Inputs, Tensor Labels) Batch(LotteryGolden golden, VisionTicketNet net, string id) =>
        (GoldenNets.Images(net.Net.Config, golden.Tensor(Kind(id) + ".x")), tensor(golden.Integers(Kind(id) + ".y")));

    private static string Kind(string id) => id.Split('_')[0];
}
