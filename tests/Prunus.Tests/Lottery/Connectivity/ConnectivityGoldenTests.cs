using System.Text.Json;
using Prunus.Checkpoints;
using Prunus.Lottery;
using Prunus.Lottery.Connectivity;
using Prunus.Lottery.Training;
using Prunus.Native;
using Prunus.Tests.Lottery.Training;
using Prunus.Vision;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Tests.Lottery.Connectivity;

/// <summary>Interpolation between trained nets against goldens/lottery/connectivity.</summary>
public sealed class ConnectivityGoldenTests
{
    [Theory]
    [InlineData("mlp", null)]
    [InlineData("conv_bn.same_start", "interpolated")]
    [InlineData("conv_bn.same_start", "reestimated")]
    [InlineData("conv_bn.other_init", "interpolated")]
    [InlineData("conv_bn.other_init", "reestimated")]
    public void Path_equals_the_reference(string pair, string? statistics)
    {
        Libtorch.Load();
        using var file = SafetensorsFile.Open(SharedFiles.Path("goldens", "lottery", "connectivity", "connectivity.safetensors"));
        using var json = JsonDocument.Parse(File.ReadAllBytes(SharedFiles.Path("goldens", "lottery", "connectivity", "connectivity.json")));
        using var scope = NewDisposeScope();
        var type = ScalarType.Float64;
        var expected = json.RootElement.GetProperty(statistics is null ? pair : $"{pair}.{statistics}");
        var kind = pair.Split('.')[0];
        var config = kind == "mlp" ? TrainingGolden.Mlp(8, 3, 16, 12) : TrainingGolden.ConvBn(6, 8);
        using var net = Net(config, "a");
        using var other = Net(config, "b");
        using var a = TicketSnapshot.Of(net, 0);
        using var b = TicketSnapshot.Of(other, 0);
        var x = Read($"{kind}.eval.x");
        var set = EvaluationSet.Of(new TicketBatch(kind == "mlp" ? x.view(-1, 1, 1, 8) : x, Goldens.Ids(file, $"{kind}.eval.y")));
        var batches = statistics == "reestimated" ? Read("conv_bn.bn_batches") : null;
        var interpolation = new Interpolation(net, set) { Statistics = batches is null ? null : new((int)batches.size(0), i => new(batches[i], batches[i])) };
        var path = Assert.Single(interpolation.Between(a, b, 10, TestContext.Current.CancellationToken));

        // Several sets at once have the paths of each by itself.
        var half = EvaluationSet.Of(new TicketBatch(set.Batch(0).Inputs[..(int)(x.size(0) / 2)], set.Batch(0).Targets[..(int)(x.size(0) / 2)]));
        var both = interpolation.Between(a, b, [set, half], 10, TestContext.Current.CancellationToken);
        Assert.Equal(path.Points, both[0][0].Points);
        Assert.Equal(new Interpolation(net, half) { Statistics = interpolation.Statistics }.Between(a, b, 10, TestContext.Current.CancellationToken)[0].Points, both[1][0].Points);

        double[][] rows = [.. expected.GetProperty("alpha_loss_error").EnumerateArray().Select(Numbers)];
        Assert.Equal(rows.Length, path.Points.Count);
        Assert.All(rows.Zip(path.Points), pair =>
        {
            Assert.Equal(pair.First[0], pair.Second.Alpha, 1e-15);
            Assert.Equal(pair.First[1], pair.Second.Loss, 1e-12);
            Assert.Equal(pair.First[2], pair.Second.Error, 1e-15);
        });
        Assert.Equal(Numbers(expected.GetProperty("disagreement_with_first")), path.Points.Select(p => p.FromFirst));
        Assert.Equal(Numbers(expected.GetProperty("disagreement_with_last")), path.Points.Select(p => p.FromLast));
        Assert.Equal(Number("disagreement_of_ends"), path.Disagreement);
        Assert.Equal(Number("error_barrier"), path.ErrorBarrier, 1e-12);
        Assert.Equal(Number("loss_barrier"), path.LossBarrier, 1e-12);
        Assert.Equal(Number("error_barrier_linear"), path.ErrorBarrierAboveChord, 1e-12);
        Assert.Equal(Number("loss_barrier_linear"), path.LossBarrierAboveChord, 1e-12);

        double Number(string name) => expected.GetProperty(name).GetDouble();

        Tensor Read(string name) => tensor(file.ReadAll(name), [.. file.Tensors[name].Shape]).to(type);

        VisionTicketNet Net(VisionConfig config, string end) => new(new VisionNet(config, config.Tensors().ToDictionary(t => t.Name, t => Read($"{pair}.{end}.{t.Name}"))));
    }

    private static double[] Numbers(JsonElement array) => [.. array.EnumerateArray().Select(e => e.GetDouble())];
}
