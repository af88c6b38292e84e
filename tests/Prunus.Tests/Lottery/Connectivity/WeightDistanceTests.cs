using Prunus.Lottery.Connectivity;
using Prunus.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Tests.Lottery.Connectivity;

public sealed class WeightDistanceTests
{
    static WeightDistanceTests() => Libtorch.Load();

    [Fact]
    public void Distances_by_hand()
    {
        using var scope = NewDisposeScope();
        var a = new Dictionary<string, Tensor> { ["v"] = tensor([3f, 0f]), ["w"] = tensor([0f, 4f]), ["bias"] = tensor([100f]) };
        var b = new Dictionary<string, Tensor> { ["v"] = tensor([0f, 4f]), ["w"] = tensor([0f, 3f]), ["bias"] = tensor([0f]) };

        // |(3,-4,0,1)| = √26; (0·3 + 0·4 + 0 + 12)/(5·5) = cos 61.31°.
        var all = Assert.Single(WeightDistance.Between(a, b, ["v", "w"]));
        Assert.Equal(Math.Sqrt(26), all.L2, 1e-12);
        Assert.Equal(Math.Acos(12 / 25.0) * 180 / Math.PI, all.Angle, 1e-9);
        var kept = Assert.Single(WeightDistance.Between(a, b, ["v", "w"], new Dictionary<string, Tensor> { ["v"] = tensor([0f, 0f]) }));
        Assert.Equal((1, 0), (kept.L2, kept.Angle));
        Assert.True(double.IsNaN(WeightDistance.Between(a, b, ["v"], new Dictionary<string, Tensor> { ["v"] = tensor([1f, 0f]) })[0].Angle));
    }

    [Fact]
    public void Members_of_a_stack_apart()
    {
        using var scope = NewDisposeScope();
        var a = new Dictionary<string, Tensor> { ["w"] = tensor([1f, 0f, 1f, 1f]).view(2, 2) };
        var b = new Dictionary<string, Tensor> { ["w"] = tensor([0f, 1f, -1f, -1f]).view(2, 2) };
        var members = WeightDistance.Between(a, b, ["w"], members: 2);
        Assert.Equal([90, 180], members.Select(m => Math.Round(m.Angle, 9)));
        Assert.Equal([Math.Sqrt(2), Math.Sqrt(8)], members.Select(m => m.L2));
    }
}
