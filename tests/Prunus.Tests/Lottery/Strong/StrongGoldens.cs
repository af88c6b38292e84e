using System.Text.Json;
using Prunus.Checkpoints;
using Prunus.Lottery.Masks;

namespace Prunus.Tests.Lottery.Strong;

/// <summary>Reference numbers of goldens/lottery/strong; skips the test where they are absent.</summary>
internal sealed class StrongGoldens(string name) : IDisposable
{
    private readonly SafetensorsFile _file = SafetensorsFile.Open(SharedFiles.Path("goldens", "lottery", "strong", name + ".safetensors"));

    /// <summary>The numbers beside the tensors.</summary>
    public JsonElement Json { get; } = JsonDocument.Parse(File.ReadAllText(SharedFiles.Path("goldens", "lottery", "strong", name + ".json"))).RootElement;

    public long[] Shape(string tensor) => [.. _file.Tensors[tensor].Shape];

    /// <summary>A tensor of any float type, whole.</summary>
    public double[] Doubles(string tensor) => _file.Tensors[tensor].Type == ElementType.F64
        ? System.Runtime.InteropServices.MemoryMarshal.Cast<byte, double>(Bytes(tensor)).ToArray()
        : [.. _file.ReadAll(tensor).Select(v => (double)v)];

    public long[] Integers(string tensor) => _file.ReadInt64(tensor);

    public Mask MaskOf(string tensor)
    {
        var values = Integers(tensor);
        return Prunus.Lottery.Masks.Mask.Where(Shape(tensor), i => values[i] != 0);
    }

    public void Dispose() => _file.Dispose();

    private byte[] Bytes(string tensor)
    {
        var bytes = new byte[_file.Tensors[tensor].ByteCount];
        _file.ReadBytes(tensor, 0, bytes);
        return bytes;
    }
}
