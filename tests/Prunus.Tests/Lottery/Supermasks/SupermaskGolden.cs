using Prunus.Lottery;
using Prunus.Lottery.Supermasks;
using Prunus.Lottery.Training;
using Prunus.Native;
using Prunus.Vision;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Tests.Lottery.Supermasks;

/// <summary>The small convolutional net of goldens/lottery/edge_popup, its batches and reference values.</summary>
internal sealed class SupermaskGolden : IDisposable
{
    public SupermaskGolden()
    {
        File = new LotteryGolden("edge_popup", "edge_popup");
        Layers = GoldenNets.InOrder(File.Under("scores."));
        Libtorch.Load();
    }

    public LotteryGolden File { get; }

    /// <summary>In the order of the pass.</summary>
    public string[] Layers { get; }

    /// <summary>Steps of a training.</summary>
    public int Steps => (int)File.Shape("x")[0];

    public static string[] Cases(bool learned) => LotteryGolden.Cases("edge_popup", "edge_popup", g => g.Json.Names.Where(n => g.Json[n].Has("losses") && n.StartsWith("bernoulli.", StringComparison.Ordinal) == learned));

    /// <summary>The frozen net of a law (kn, sc) under scores of a prefix. Linear layers are written as 1×1 convolutions.</summary>
    public SupermaskNet Net(string law, bool norms, SupermaskRule rule, string scores, ScalarType type)
    {
        var config = GoldenNets.Config(
            Layers.ToDictionary(l => l, l => l.StartsWith("conv", StringComparison.Ordinal) ? File.Shape($"{law}.{l}") : [.. File.Shape($"{law}.{l}").Take(2)]), File.Shape("x"), norms, pooled: true);
        using var scope = NewDisposeScope();
        var net = GoldenNets.Net(config, t =>
            t.IsPrunable ? File.Tensor($"{law}.{Layer(t.Name)}", type).view([.. t.Shape])
            : t.Role is VisionRole.NormScale or VisionRole.RunningVariance ? ones([.. t.Shape], type) : zeros([.. t.Shape], type));
        return new SupermaskNet(net, rule, Layers.ToDictionary(l => l + ".weight", l => File.Tensor($"{scores}.{l}", type).view(net.Parameters[l + ".weight"].shape)));
    }

    public TicketBatch Batch(int step, ScalarType type) => new(File.Tensor("x", type)[step], tensor(File.Integers("y"), [.. File.Shape("y")])[step]);

    public void AssertEqual(string name, Tensor actual, double tolerance) =>
        File.AssertNear(name + ".f64", actual.detach().to(ScalarType.Float64).reshape(-1).data<double>().ToArray(), tolerance);

    public static string Layer(string weight) => weight[..weight.IndexOf('.', StringComparison.Ordinal)];

    public void Dispose() => File.Dispose();
}
