using System.Runtime.InteropServices;
using System.Text.Json;
using Prunus.Checkpoints;
using Prunus.Lottery;
using Prunus.Lottery.Training;
using Prunus.Native;
using Prunus.Vision;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Tests.Lottery.Training;

/// <summary>The two small nets of goldens/lottery/training, their batches and reference values.</summary>
internal sealed class TrainingGolden : IDisposable
{
    private readonly SafetensorsFile _file;
    private readonly JsonDocument _json;
    private readonly string _name;

    public TrainingGolden(string name)
    {
        _file = SafetensorsFile.Open(SharedFiles.Path("goldens", "lottery", "training", name + ".safetensors"));
        _json = JsonDocument.Parse(File.ReadAllBytes(SharedFiles.Path("goldens", "lottery", "training", name + ".json")));
        _name = name;
        Libtorch.Load();
    }

    public static VisionConfig Mlp(int input, int classes, params int[] widths) => VisionNets.Named($"mlp:{string.Join('-', widths)}", new MapShape(1, 1, input), classes);

    /// <summary>conv1 3×3, BN, ReLU, conv2 3×3 stride 2, BN, ReLU, mean, fc.</summary>
    public static VisionConfig ConvBn(int first, int second) => new("conv-bn", new MapShape(2, 6, 6), 4,
    [
        new Convolution("conv1", first, Bias: false), new BatchNorm("bn1"), new Relu("relu1"),
        new Convolution("conv2", second, Stride: 2, Bias: false), new BatchNorm("bn2"), new Relu("relu2"),
        new AveragePool("pool"), new Linear("fc", 4),
    ]);

    public JsonElement Json(string key) => _json.RootElement.GetProperty(key);

    public double[] Losses(string key) => [.. Json(key).GetProperty("losses").EnumerateArray().Select(e => e.GetDouble())];

    public bool Has(string name) => _file.Tensors.ContainsKey(name);

    /// <summary>The golden's net with the tensors of a prefix; running statistics that are not there start at 0 and 1.</summary>
    public VisionTicketNet Net(ScalarType type, string prefix = "initial", VisionConfig? config = null)
    {
        config ??= _name == "mlp" ? Mlp(12, 5, 16, 10) : ConvBn(6, 8);
        using var scope = NewDisposeScope();
        return new(new VisionNet(config, config.Tensors().ToDictionary(t => t.Name, t =>
            Has($"{prefix}.{t.Name}") ? Read($"{prefix}.{t.Name}").to(type)
            : t.Role == VisionRole.RunningVariance ? ones([.. t.Shape], dtype: type)
            : t.Role == VisionRole.RunningMean ? zeros([.. t.Shape], dtype: type)
            : throw new ArgumentException($"{prefix}.{t.Name}"))));
    }

    /// <summary>Masks of a prefix, as the net's type.</summary>
    public Dictionary<string, Tensor> Masks(string prefix, ScalarType type) => _file.Tensors.Where(t => t.Key.StartsWith(prefix + ".", StringComparison.Ordinal))
        .ToDictionary(t => t.Key[(prefix.Length + 1)..], t =>
        {
            var bytes = new byte[t.Value.ElementCount];
            _file.ReadBytes(t.Key, 0, bytes);
            return tensor(bytes, [.. t.Value.Shape]).to(type);
        });

    public TicketBatch Batch(int step, ScalarType type)
    {
        var x = Read("x")[step].to(type);
        return new(_name == "mlp" ? x.view(-1, 1, 1, 12) : x, Goldens.Ids(_file, "y")[step]);
    }

    /// <summary>The schedule of the rewinding cases.</summary>
    public LearningRateSchedule RewindSchedule(string optimiser) => new() { Rate = Rate(optimiser), Drops = [12] };

    public double Rate(string optimiser) => Json(optimiser).GetProperty("lr").GetDouble();

    public static OptimiserOptions Options(string optimiser) => optimiser switch
    {
        "adam" => new AdamOptions { WeightDecay = 1e-4 },
        _ => new SgdOptions { WeightDecay = 5e-4, Nesterov = optimiser == "nesterov" },
    };

    /// <summary>Float32 values, or float64 ones of the reference computed in float64.</summary>
    public Tensor Read(string name, ScalarType type = ScalarType.Float32)
    {
        if (type == ScalarType.Float32)
        {
            return tensor(_file.ReadAll(name), [.. _file.Tensors[name].Shape]);
        }

        var values = new double[_file.Tensors[name + ".f64"].ElementCount];
        _file.ReadBytes(name + ".f64", 0, MemoryMarshal.AsBytes(values.AsSpan()));
        return tensor(values, [.. _file.Tensors[name + ".f64"].Shape]);
    }

    /// <summary>Compares with the reference in float64.</summary>
    public void AssertEqual(string name, Tensor actual, double tolerance) =>
        Assert.True((actual.detach().to(ScalarType.Float64) - Read(name, ScalarType.Float64)).abs().max().item<double>() <= tolerance, name);

    /// <summary>Every tensor of a net that the reference holds under a prefix.</summary>
    public void AssertEqual(string prefix, ITicketNet net, double tolerance)
    {
        var compared = net.Parameters.Concat(net.Buffers).Where(t => Has($"{prefix}.{t.Key}")).ToList();
        Assert.True(compared.Count >= net.Parameters.Count);
        compared.ForEach(t => AssertEqual($"{prefix}.{t.Key}", t.Value, tolerance));
    }

    public void Dispose()
    {
        _file.Dispose();
        _json.Dispose();
    }
}
