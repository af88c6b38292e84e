using System.Runtime.InteropServices;
using System.Text.Json;
using Prunus.Checkpoints;
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
    private readonly SafetensorsFile _file;
    private readonly JsonDocument _json;

    public SupermaskGolden()
    {
        _file = SafetensorsFile.Open(SharedFiles.Path("goldens", "lottery", "edge_popup", "edge_popup.safetensors"));
        _json = JsonDocument.Parse(File.ReadAllBytes(SharedFiles.Path("goldens", "lottery", "edge_popup", "edge_popup.json")));
        Libtorch.Load();
    }

    public static readonly string[] Layers = ["conv1", "conv2", "fc1", "fc2"];

    public IEnumerable<string> Cases => _json.RootElement.EnumerateObject().Select(p => p.Name);

    public double[] Losses(string name) => [.. _json.RootElement.GetProperty(name).GetProperty("losses").EnumerateArray().Select(e => e.GetDouble())];

    public long Dropped(string name, string layer) => _json.RootElement.GetProperty(name).GetProperty("dropped").GetProperty(layer).GetInt64();

    /// <summary>The frozen net of a law (kn, sc) under scores of a prefix.</summary>
    public SupermaskNet Net(string law, bool norms, SupermaskRule rule, string scores, ScalarType type)
    {
        var config = new VisionConfig("popup", new MapShape(2, 8, 8), 4,
        [
            new Convolution("conv1", 6, Bias: false), .. Norm("bn1"), new Relu("relu1"), new Convolution("conv2", 8, Stride: 2, Bias: false), .. Norm("bn2"), new Relu("relu2"),
            new MaxPool("pool"), new Flatten("flatten"), new Linear("fc1", 12), new Relu("relu3"), new Linear("fc2", 4),
        ]);
        using var scope = NewDisposeScope();
        var net = new VisionTicketNet(new VisionNet(config, config.Tensors().ToDictionary(t => t.Name, t =>
            t.IsPrunable ? Read($"{law}.{Layer(t.Name)}").view([.. t.Shape]).to(type)
            : t.Role is VisionRole.NormScale or VisionRole.RunningVariance ? ones([.. t.Shape], type) : zeros([.. t.Shape], type))));
        return new SupermaskNet(net, rule, Layers.ToDictionary(l => l + ".weight", l => Read($"{scores}.{l}").view(net.Parameters[l + ".weight"].shape).to(type)));

        VisionStep[] Norm(string name) => norms ? [new BatchNorm(name)] : [];
    }

    public TicketBatch Batch(int step, ScalarType type) => new(Read("x")[step].to(type), Goldens.Ids(_file, "y")[step]);

    public Tensor Read(string name) => tensor(_file.ReadAll(name), [.. _file.Tensors[name].Shape]);

    public bool[] Kept(string name) => Array.ConvertAll(Bytes(name), b => b != 0);

    public void AssertEqual(string name, Tensor actual, double tolerance)
    {
        var expected = tensor(MemoryMarshal.Cast<byte, double>(Bytes(name + ".f64")).ToArray());
        Assert.True((actual.detach().to(ScalarType.Float64).reshape(-1) - expected).abs().max().item<double>() <= tolerance, name);
    }

    public static string Layer(string weight) => weight[..weight.IndexOf('.', StringComparison.Ordinal)];

    public void Dispose()
    {
        _file.Dispose();
        _json.Dispose();
    }

    private byte[] Bytes(string name)
    {
        var bytes = new byte[_file.Tensors[name].ByteCount];
        _file.ReadBytes(name, 0, bytes);
        return bytes;
    }
}
