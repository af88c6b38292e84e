using System.Globalization;
using Prunus.Lottery;
using Prunus.Lottery.Training;
using Prunus.Native;
using Prunus.Vision;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Tests.Lottery.Training;

/// <summary>A small net of goldens/lottery/training, its batches and reference values.</summary>
internal sealed class TrainingGolden : IDisposable
{
    private readonly VisionConfig _config;

    public TrainingGolden(string name)
    {
        File = new LotteryGolden("training", name);
        Libtorch.Load();
        _config = GoldenNets.Config(File, "initial.", "x");
    }

    public static string[] Nets { get; } = SharedFiles.Root is null ? ["absent"]
        : [.. Directory.GetFiles(SharedFiles.Path("goldens", "lottery", "training"), "*.safetensors").Select(f => Path.GetFileNameWithoutExtension(f)).Order()];

    public LotteryGolden File { get; }

    /// <summary>Steps of the whole training.</summary>
    public int Steps => (int)File.Shape("x")[0];

    /// <summary>What float32 may be off by: ten times what the reference's own is.</summary>
    public double Spread => File.Json.Has("f32_minus_f64_max") ? Math.Max(2e-6, 10 * File.Json["f32_minus_f64_max"].Number) : 2e-6;

    /// <summary>Cases of all nets, as <c>net case</c>.</summary>
    public static IEnumerable<string> Cases(Func<LotteryGolden, IEnumerable<string>> cases) => Nets.SelectMany(n => LotteryGolden.Cases("training", n, cases).Select(c => $"{n} {c}"));

    /// <summary>Steps that a prefix such as <c>sgd.</c> has values of.</summary>
    public int[] StepsUnder(string prefix) =>
        [.. File.Under(prefix + "step").Select(n => int.Parse(n[..n.IndexOf('.', StringComparison.Ordinal)], CultureInfo.InvariantCulture)).Distinct().Order()];

    public double[] Losses(string key) => File.Json[key]["losses"].Numbers;

    /// <summary>The golden's net with the tensors of a prefix; running statistics that are not there start at 0 and 1.</summary>
    public VisionTicketNet Net(ScalarType type) => GoldenNets.Net(_config, t =>
        File.Has("initial." + t.Name) ? File.Tensor("initial." + t.Name, type)
        : t.Role == VisionRole.RunningVariance ? ones([.. t.Shape], dtype: type)
        : t.Role == VisionRole.RunningMean ? zeros([.. t.Shape], dtype: type)
        : throw new ArgumentException($"initial.{t.Name}"));

    /// <summary>Masks of a prefix, as the net's type.</summary>
    public Dictionary<string, Tensor> Masks(string prefix, ScalarType type) => File.Under(prefix + ".").ToDictionary(n => n, n => File.Mask($"{prefix}.{n}").ToTensor(CPU, type));

    public TicketBatch Batch(int step, ScalarType type) => new(GoldenNets.Images(_config, File.Tensor("x", type)[step]), tensor(File.Integers("y"), [.. File.Shape("y")])[step]);

    public double Rate(string optimiser) => File.Json[optimiser]["lr"].Number;

    public static OptimiserOptions Options(string optimiser) => optimiser switch
    {
        "adam" => new AdamOptions { WeightDecay = 1e-4 },
        "sgd" or "nesterov" => new SgdOptions { WeightDecay = 5e-4, Nesterov = optimiser == "nesterov" },
        _ => throw new ArgumentException(optimiser),
    };

    /// <summary>Every tensor of a net that the reference holds under a prefix, and all of those.</summary>
    public void AssertEqual(string prefix, ITicketNet net, double tolerance)
    {
        var compared = net.Parameters.Concat(net.Buffers).Where(t => File.Has($"{prefix}.{t.Key}")).ToList();
        Assert.True(compared.Count >= net.Parameters.Count);
        compared.ForEach(t => File.AssertNear($"{prefix}.{t.Key}.f64", t.Value, tolerance));
    }

    public void Dispose() => File.Dispose();
}
