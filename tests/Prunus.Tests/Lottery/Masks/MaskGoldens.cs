using System.Runtime.InteropServices;
using System.Text.Json;
using Prunus.Checkpoints;
using Prunus.Lottery;
using Prunus.Lottery.Masks;

namespace Prunus.Tests.Lottery.Masks;

/// <summary>Reference numbers of masks: a safetensors file and the JSON beside it.</summary>
internal sealed class MaskGoldens(string name) : IDisposable
{
    private readonly SafetensorsFile _file = SafetensorsFile.Open(SharedFiles.Path("goldens", "lottery", "masks", name + ".safetensors"));

    /// <summary>The three layers of the small nets.</summary>
    public static readonly string[] Layers = ["fc1", "fc2", "fc3"];

    public IEnumerable<string> Names => _file.Tensors.Keys;

    public IReadOnlyList<long> Shape(string tensor) => _file.Tensors[tensor].Shape;

    public float[] Floats(string tensor) => _file.ReadAll(tensor);

    public int[] Integers(string tensor) => [.. _file.ReadInt64(tensor).Select(i => (int)i)];

    /// <summary>A float64 tensor as it is.</summary>
    public double[] Doubles(string tensor)
    {
        var bytes = new byte[_file.Tensors[tensor].ByteCount];
        _file.ReadBytes(tensor, 0, bytes);
        return MemoryMarshal.Cast<byte, double>(bytes).ToArray();
    }

    public Mask Mask(string tensor)
    {
        var values = _file.ReadInt64(tensor);
        return Prunus.Lottery.Masks.Mask.Where(Shape(tensor), i => values[i] != 0);
    }

    /// <summary>Linear layers fc1, fc2, fc3 with the shapes of some tensors.</summary>
    public IReadOnlyList<TicketTensor> Tensors(string prefix) =>
        [.. Layers.Select(l => new TicketTensor(l, Shape(prefix + l), TicketTensorKind.Linear, IsPrunable: true, IsOutput: l == "fc3"))];

    public static JsonElement Json(string name) => JsonDocument.Parse(File.ReadAllText(SharedFiles.Path("goldens", "lottery", "masks", name + ".json"))).RootElement;

    public void Dispose() => _file.Dispose();
}
