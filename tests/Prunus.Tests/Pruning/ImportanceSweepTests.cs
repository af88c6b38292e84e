using System.Runtime.InteropServices;
using Prunus.Checkpoints;
using Prunus.Decoders;
using Prunus.Pruning;
using TorchSharp;

namespace Prunus.Tests.Pruning;

public class ImportanceSweepTests
{
    private static readonly SweepOptions Everything = new() { Readings = Reading.All, Aggregations = Aggregation.All };

    [Theory]
    [InlineData("llama")]
    [InlineData("qwen3")]
    [InlineData("gpt2")]
    [InlineData("nemotron")]
    [InlineData("gemma2")]
    public void Every_reading_and_aggregation_matches_the_reference(string name)
    {
        var scores = Sweep(name, Everything);
        using var golden = SafetensorsFile.Open(PruningGoldens.File(name, "importance.safetensors"));
        Assert.True(golden.Tensors.Count > 200);
        foreach (var key in golden.Tensors.Keys)
        {
            AssertClose(name, key, ReadDoubles(golden, key), scores.Values[key], name == "nemotron" ? 2e-4 : 1e-4);
        }

        var influence = PruningGoldens.Json(name, "depth.json")["block_influence"]!.AsArray().Select(b => b!["bi"]!.GetValue<double>()).ToArray();
        AssertClose(name, "bi", influence, scores.Values["bi"], 1e-4);
    }

    [Theory]
    [InlineData("llama")]
    [InlineData("gemma2")]
    public void The_default_sweep_in_float32_matches_too(string name)
    {
        var scores = Sweep(name, new SweepOptions { Readings = Reading.Published });
        using var golden = SafetensorsFile.Open(PruningGoldens.File(name, "importance.safetensors"));
        foreach (var (key, values) in scores.Values.Where(v => v.Key != "bi"))
        {
            AssertClose(name, key, ReadDoubles(golden, key), values, 1e-4);
        }
    }

    [Fact]
    public void Scores_do_not_depend_on_batches()
    {
        using var donor = Load("llama");
        var batches = Calibration("llama");
        var whole = Sweep(donor, batches, Everything);
        var single = Sweep(donor, batches.SelectMany(b => Enumerable.Range(0, (int)b.size(0)).Select(i => b[i].unsqueeze(0))), Everything);
        Assert.Equal(7, single.Sequences);
        foreach (var (key, values) in whole.Values)
        {
            AssertClose("llama", key, values, single.Values[key], 2e-5);
        }
    }

    [Fact]
    public void Nothing_to_calibrate_on_is_refused()
    {
        using var donor = Load("llama");
        Assert.Throws<PrunusInputException>(() => Sweep(donor, [], null));
        Assert.Throws<PrunusInputException>(() => Sweep(donor, [torch.empty([0, 4], torch.ScalarType.Int64)], null));
    }

    [Fact]
    public void A_sweep_leaves_no_tensor_behind()
    {
        using var donor = Load("llama");
        using var ids = torch.arange(20).view(2, 10);
        var before = 0L;
        for (var i = 0; i < 3; i++)
        {
            Sweep(donor, [ids], Everything);
            var alive = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
            Assert.True(i < 2 || alive == before, $"{alive - before} tensors more are alive after a sweep");
            before = alive;
        }
    }

    internal static Decoder Load(string name)
    {
        using var checkpoint = Checkpoint.Open(PruningGoldens.DonorFolder(name));
        return Decoder.Load(checkpoint, torch.CPU, torch.ScalarType.Float32);
    }

    internal static torch.Tensor[] Calibration(string name)
    {
        using var file = SafetensorsFile.Open(PruningGoldens.File(name, "calib.safetensors"));
        return [.. file.Tensors.Keys.Order(StringComparer.Ordinal).Select(k => torch.tensor(file.ReadInt64(k)).view([.. file.Tensors[k].Shape]))];
    }

    private static Scores Sweep(string name, SweepOptions options)
    {
        using var donor = Load(name);
        return Sweep(donor, Calibration(name), options);
    }

    private static Scores Sweep(Decoder donor, IEnumerable<torch.Tensor> batches, SweepOptions? options) =>
        ImportanceSweep.Run(donor, batches, options, null, TestContext.Current.CancellationToken);

    private static double[] ReadDoubles(SafetensorsFile file, string key)
    {
        var values = new double[file.Tensors[key].ElementCount];
        file.ReadBytes(key, 0, MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }

    private static void AssertClose(string name, string key, double[] expected, double[] actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.True(Math.Abs(expected[i] - actual[i]) <= tolerance * Math.Abs(expected[i]) + 1e-12, $"{name} {key}[{i}]: {actual[i]} is not {expected[i]}");
        }
    }
}
