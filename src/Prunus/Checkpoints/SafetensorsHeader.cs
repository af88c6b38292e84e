using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Unicode;

namespace Prunus.Checkpoints;

/// <summary>Header of a safetensors file: 8 bytes of length, a JSON object, then tensors that fill the rest without gap or overlap.</summary>
/// <param name="Tensors">Entries with the place of their first byte in the file, in the order of the header.</param>
/// <param name="Metadata">The strings of <c>__metadata__</c>.</param>
internal sealed record SafetensorsHeader(
    IReadOnlyDictionary<string, (TensorEntry Entry, long Start)> Tensors, IReadOnlyDictionary<string, string> Metadata)
{
    private const long MaxBytes = 100_000_000;

    /// <summary>Reads and checks a header.</summary>
    /// <exception cref="PrunusInputException">Anything in it does not hold.</exception>
    public static SafetensorsHeader Read(FileBytes file)
    {
        if (file.Length < 8)
        {
            throw Fault(file, $"has {file.Length} bytes, too few for a safetensors file");
        }

        var length = BinaryPrimitives.ReadUInt64LittleEndian(file.Span(0, 8));
        if (length > MaxBytes || (long)length > file.Length - 8)
        {
            throw Fault(file, $"says its header has {length} bytes, but the file has {file.Length} (and a header at most {MaxBytes})");
        }

        var json = file.Span(8, (int)length);
        if (json.IsEmpty || json[0] != (byte)'{' || !Utf8.IsValid(json))
        {
            throw Fault(file, "has a header that is not a JSON object");
        }

        try
        {
            var header = Parse(file, new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 16 }));
            CheckPlaces(file, 8 + (long)length, header.Tensors.Values);
            return header;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw Fault(file, "has a header that is not valid: " + e.Message, e);
        }
    }

    private static SafetensorsHeader Parse(FileBytes file, Utf8JsonReader reader)
    {
        var dataStart = 8 + BinaryPrimitives.ReadInt64LittleEndian(file.Span(0, 8));
        var tensors = new Dictionary<string, (TensorEntry, long)>(StringComparer.Ordinal);
        Dictionary<string, string>? metadata = null;
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                throw Fault(file, $"has an entry '{name}' that is not an object");
            }

            if (name == "__metadata__")
            {
                metadata = metadata is null ? ParseMetadata(file, ref reader) : throw Fault(file, "holds __metadata__ twice");
            }
            else if (!tensors.TryAdd(name, ParseTensor(file, name, dataStart, ref reader)))
            {
                throw Fault(file, $"holds the tensor '{name}' twice");
            }
        }

        // Consumes the rest, so that text after the object is refused.
        while (reader.Read())
        {
        }

        return new SafetensorsHeader(tensors, metadata ?? []);
    }

    private static Dictionary<string, string> ParseMetadata(FileBytes file, ref Utf8JsonReader reader)
    {
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = reader.GetString()!;
            if (!reader.Read() || reader.TokenType != JsonTokenType.String || !metadata.TryAdd(key, reader.GetString()!))
            {
                throw Fault(file, $"has a __metadata__ entry '{key}' that is no string or is there twice");
            }
        }

        return metadata;
    }

    private static (TensorEntry Entry, long Start) ParseTensor(FileBytes file, string name, long dataStart, ref Utf8JsonReader reader)
    {
        string? dtype = null;
        List<long>? shape = null;
        List<long>? offsets = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = reader.GetString();
            reader.Read();
            switch (key)
            {
                case "dtype" when dtype is null && reader.TokenType == JsonTokenType.String:
                    dtype = reader.GetString();
                    break;
                case "shape" when shape is null:
                    shape = ParseSizes(file, name, ref reader);
                    break;
                case "data_offsets" when offsets is null:
                    offsets = ParseSizes(file, name, ref reader);
                    break;
                case "dtype" or "shape" or "data_offsets":
                    throw Fault(file, $"gives '{key}' of tensor '{name}' twice or not as it must be");
                default:
                    reader.Skip();
                    break;
            }
        }

        if (dtype is null || shape is null || offsets is not [var begin, var end])
        {
            throw Fault(file, $"lacks dtype, shape or two data_offsets for tensor '{name}'");
        }

        if (!SafetensorsTypes.TryParse(dtype, out var type))
        {
            throw new PrunusInputException(file.Name, $"stores tensor '{name}' as '{dtype}', a type that is not known", "convert it to F32, F16 or BF16");
        }

        if (end < begin || end > file.Length - dataStart)
        {
            throw Fault(file, $"places tensor '{name}' at bytes {begin} to {end} of {file.Length - dataStart}");
        }

        if (ByteCount(shape, type) != end - begin)
        {
            throw Fault(file, $"gives tensor '{name}' {end - begin} bytes, which [{string.Join(", ", shape)}] of {dtype} does not have");
        }

        return (new TensorEntry(name, type, shape, end - begin, dtype), dataStart + begin);
    }

    private static List<long> ParseSizes(FileBytes file, string name, ref Utf8JsonReader reader)
    {
        var sizes = new List<long>();
        if (reader.TokenType == JsonTokenType.StartArray)
        {
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out var size) || size < 0)
                {
                    throw Fault(file, $"has a shape or offset of tensor '{name}' that is no whole number");
                }

                sizes.Add(size);
            }

            return sizes;
        }

        throw Fault(file, $"has a shape or data_offsets of tensor '{name}' that is no list");
    }

    // Null when it overflows or the bits do not fill whole bytes.
    private static long? ByteCount(List<long> shape, ElementType type)
    {
        try
        {
            var bits = checked(shape.Aggregate(1L, (n, d) => checked(n * d)) * SafetensorsTypes.Bits(type));
            return bits % 8 == 0 ? bits / 8 : null;
        }
        catch (OverflowException)
        {
            return null;
        }
    }

    private static void CheckPlaces(FileBytes file, long dataStart, IEnumerable<(TensorEntry Entry, long Start)> tensors)
    {
        var at = dataStart;
        foreach (var (entry, start) in tensors.OrderBy(t => t.Start).ThenBy(t => t.Entry.ByteCount))
        {
            if (start != at)
            {
                throw Fault(file, $"has a {(start < at ? "tensor over another" : "gap")} before tensor '{entry.Name}'");
            }

            at += entry.ByteCount;
        }

        if (at != file.Length)
        {
            throw Fault(file, $"has {file.Length - at} bytes that belong to no tensor");
        }
    }

    // ONNX is a protobuf whose first field is the version (of one byte, 08 nn), and mostly the producer's name comes next (12).
    private static bool IsOnnx(FileBytes file) =>
        file.Name.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase) || (file.Length >= 3 && file.Span(0, 3) is [0x08, < 0x80, 0x12]);

    private static PrunusInputException Fault(FileBytes file, string problem, Exception? inner = null) =>
        IsOnnx(file) ? new(file.Name, "is an ONNX file, and weights are read from safetensors alone", "write them as safetensors, under PyTorch's names", inner)
            : new(file.Name, problem, "it is damaged or no safetensors file: get it again", inner);
}
