using System.Buffers.Binary;
using System.Text.Json;
using TorchSharp;

namespace Prunus.Tests.Distillation;

/// <summary>A small safetensors file of reference numbers, as float32 or int64 tensors.</summary>
internal sealed class GoldenTensors(string path)
{
    private readonly byte[] _bytes = File.ReadAllBytes(path);

    public torch.Tensor this[string name]
    {
        get
        {
            var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(_bytes);
            using var header = JsonDocument.Parse(_bytes.AsMemory(8, length));
            var entry = header.RootElement.GetProperty(name);
            var shape = entry.GetProperty("shape").EnumerateArray().Select(d => d.GetInt64()).ToArray();
            var type = entry.GetProperty("dtype").GetString() switch
            {
                "F32" => torch.ScalarType.Float32,
                "F64" => torch.ScalarType.Float64,
                "I64" => torch.ScalarType.Int64,
                "U8" => torch.ScalarType.Byte,
                var other => throw new NotSupportedException(other),
            };
            var (start, end) = (entry.GetProperty("data_offsets")[0].GetInt32(), entry.GetProperty("data_offsets")[1].GetInt32());
            var tensor = torch.empty(shape, dtype: type);
            _bytes.AsSpan(8 + length + start, end - start).CopyTo(tensor.bytes);
            return type == torch.ScalarType.Float64 ? tensor.to(torch.ScalarType.Float32) : tensor;
        }
    }
}
