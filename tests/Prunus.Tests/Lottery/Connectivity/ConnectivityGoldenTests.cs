using System.Globalization;
using Prunus.Lottery;
using Prunus.Lottery.Connectivity;
using Prunus.Lottery.Training;
using Prunus.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Tests.Lottery.Connectivity;

/// <summary>Interpolation between trained nets against goldens/lottery/connectivity: <c>PAIR</c>, or <c>PAIR.interpolated</c> and <c>PAIR.reestimated</c> of nets with running statistics.</summary>
public sealed class ConnectivityGoldenTests
{
    public static TheoryData<string> Paths { get; } = new(LotteryGolden.Cases("connectivity", "connectivity", g => g.Json.Names));

    [Theory, MemberData(nameof(Paths))]
    public void Path_equals_the_reference(string name)
    {
        Libtorch.Load();
        using var golden = new LotteryGolden("connectivity", "connectivity");
        using var scope = NewDisposeScope();
        var (expected, pair, kind, reestimated) = (golden.Json[name], Pair(name), name.Split('.')[0], name.EndsWith(".reestimated", StringComparison.Ordinal));
        using var net = Net(golden, pair, "a");
        using var other = Net(golden, pair, "b");
        using var a = TicketSnapshot.Of(net, 0);
        using var b = TicketSnapshot.Of(other, 0);
        var x = GoldenNets.Images(net.Net.Config, golden.Tensor(kind + ".eval.x", ScalarType.Float64));
        var set = EvaluationSet.Of(new TicketBatch(x, tensor(golden.Integers(kind + ".eval.y"))));
        var batches = reestimated ? golden.Tensor(kind + ".bn_batches", ScalarType.Float64) : null;
        var interpolation = new Interpolation(net, set) { Statistics = batches is null ? null : new((int)batches.size(0), i => new(batches[i], batches[i])) };
        var rows = expected["alpha_loss_error"].Items.Select(r => r.Numbers).ToList();
        var path = Assert.Single(interpolation.Between(a, b, rows.Count - 1, TestContext.Current.CancellationToken));

        // Several sets at once have the paths of each by itself.
        var half = EvaluationSet.Of(new TicketBatch(set.Batch(0).Inputs[..(int)(x.size(0) / 2)], set.Batch(0).Targets[..(int)(x.size(0) / 2)]));
        var both = interpolation.Between(a, b, [set, half], rows.Count - 1, TestContext.Current.CancellationToken);
        Assert.Equal(path.Points, both[0][0].Points);
        Assert.Equal(new Interpolation(net, half) { Statistics = interpolation.Statistics }.Between(a, b, rows.Count - 1, TestContext.Current.CancellationToken)[0].Points, both[1][0].Points);

        Assert.Equal(rows.Count, path.Points.Count);
        Assert.All(rows.Zip(path.Points), row =>
        {
            Assert.Equal(row.First[0], row.Second.Alpha, 1e-15);
            Assert.Equal(row.First[1], row.Second.Loss, 1e-12);
            Assert.Equal(row.First[2], row.Second.Error, 1e-15);
        });
        AssertEach(expected["disagreement_with_first"].Numbers, path.Points.Select(p => p.FromFirst));
        AssertEach(expected["disagreement_with_last"].Numbers, path.Points.Select(p => p.FromLast));
        AssertEach(
            ((string[])["disagreement_of_ends", "error_barrier", "loss_barrier", "error_barrier_linear", "loss_barrier_linear"]).Select(n => expected[n].Number),
            [path.Disagreement, path.ErrorBarrier, path.LossBarrier, path.ErrorBarrierAboveChord, path.LossBarrierAboveChord]);
        AssertNets(golden, name, net, x, [.. path.Points.Select(p => interpolation.Mixed(a, b, p.Alpha))]);
        Array.ForEach([name + "/", name + ".logits", name + ".alpha"], part => golden.AssertAllRead(part, "loss_f32", "error_f32"));
        golden.AssertAllRead(pair + ".a");
        golden.AssertAllRead(pair + ".b");
    }

    [Fact]
    public void Nothing_of_the_reference_is_left_out()
    {
        using var golden = new LotteryGolden("connectivity", "connectivity");
        golden.AssertParts([
            .. golden.Json.Names.SelectMany(n => (string[])[$"{n}/", $"{n}.logits.f64", $"{Pair(n)}.a", $"{Pair(n)}.b", n.Split('.')[0] + ".eval", n.Split('.')[0] + ".bn_batches"]),
            .. golden.Json.Names.Where(n => n.EndsWith(".reestimated", StringComparison.Ordinal)),
        ]);
    }

    // Logits at every point, and the running statistics that the reference has of some, alphaI being the I-th.
    private static void AssertNets(LotteryGolden golden, string name, VisionTicketNet net, Tensor x, IReadOnlyDictionary<string, Tensor>[] weights)
    {
        var logits = stack(weights.Select(w => net.Forward(x, instead: w)));
        golden.AssertNear(name + ".logits.f64", logits, 1e-11);
        var highest = logits.topk(2, -1).values;
        Assert.Equal(golden.Json[name]["smallest_logit_margin"].Number, (highest.select(-1, 0) - highest.select(-1, 1)).min().item<double>(), 1e-11);
        foreach (var statistic in golden.Under(name + ".alpha").Where(s => s.EndsWith(".f64", StringComparison.Ordinal)))
        {
            var (point, tensor) = (statistic.Split('.')[0], statistic[(statistic.IndexOf('.', StringComparison.Ordinal) + 1)..^4]);
            golden.AssertNear($"{name}.alpha{statistic}", weights[int.Parse(point, CultureInfo.InvariantCulture)][tensor], 1e-12);
        }
    }

    private static string Pair(string name) => name.EndsWith(".interpolated", StringComparison.Ordinal) || name.EndsWith(".reestimated", StringComparison.Ordinal) ? name[..name.LastIndexOf('.')] : name;

    private static VisionTicketNet Net(LotteryGolden golden, string pair, string end) =>
        GoldenNets.Net(GoldenNets.Config(golden, $"{pair}.{end}.", pair.Split('.')[0] + ".eval.x"), t => golden.Tensor($"{pair}.{end}.{t.Name}", ScalarType.Float64));

    private static void AssertEach(IEnumerable<double> expected, IEnumerable<double> actual)
    {
        Assert.Equal(expected.Count(), actual.Count());
        Assert.All(expected.Zip(actual), p => Assert.Equal(p.First, p.Second, 1e-12));
    }
}
