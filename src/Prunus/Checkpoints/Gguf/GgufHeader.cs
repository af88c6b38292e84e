using System.Numerics;

namespace Prunus.Checkpoints.Gguf;

/// <summary>Header of a GGUF file, versions 2 and 3: metadata, tensor places; checked against the file.</summary>
internal sealed record GgufHeader(
    int Version, long Alignment, IReadOnlyDictionary<string, GgufValue> Metadata, IReadOnlyDictionary<string, GgufTensor> Tensors)
{
    private const uint Magic = 0x46554747;
    private const int MaxDimensions = 4;
    private const int LeastTensorBytes = 8 + 4 + 4 + 8;
    private const int LeastValueBytes = 8 + 4 + 1;

    /// <summary>Reads and checks a header.</summary>
    /// <exception cref="PrunusInputException">Anything in it does not hold.</exception>
    public static GgufHeader Read(FileBytes file)
    {
        var cursor = new GgufCursor(file);
        if (cursor.Number<uint>() != Magic)
        {
            throw Fault(file, "does not start with GGUF");
        }

        var version = cursor.Number<uint>();
        if (version is not (2 or 3))
        {
            var what = version is > 0 and < 0x10000 ? $"is of GGUF version {version}" : "is big-endian or damaged";
            throw new PrunusInputException(file.Name, what, "give a little-endian file of version 2 or 3");
        }

        var tensorCount = cursor.Count("its list of tensors", LeastTensorBytes);
        var metadata = ReadMetadata(file, cursor, cursor.Count("its metadata", LeastValueBytes));
        var alignment = Align(file, metadata);
        return new GgufHeader((int)version, alignment, metadata, ReadTensors(file, cursor, tensorCount, alignment));
    }

    private static Dictionary<string, GgufValue> ReadMetadata(FileBytes file, GgufCursor cursor, int count)
    {
        var metadata = new Dictionary<string, GgufValue>(StringComparer.Ordinal);
        for (var i = 0; i < count; i++)
        {
            var key = cursor.String("metadata key");
            if (key.Length == 0 || !metadata.TryAdd(key, cursor.Value(key)))
            {
                throw Fault(file, $"holds the metadata key '{key}' twice or empty");
            }
        }

        return metadata;
    }

    private static long Align(FileBytes file, Dictionary<string, GgufValue> metadata)
    {
        if (!metadata.TryGetValue("general.alignment", out var value))
        {
            return 32;
        }

        return value.Value is uint alignment && BitOperations.IsPow2(alignment)
            ? alignment
            : throw Fault(file, $"has the general.alignment {value.Value}, which is no power of two of type UINT32");
    }

    private static Dictionary<string, GgufTensor> ReadTensors(FileBytes file, GgufCursor cursor, int count, long alignment)
    {
        var tensors = new Dictionary<string, GgufTensor>(StringComparer.Ordinal);
        for (var i = 0; i < count; i++)
        {
            var tensor = ReadTensor(file, cursor, alignment);
            if (!tensors.TryAdd(tensor.Name, tensor))
            {
                throw Fault(file, $"holds the tensor '{tensor.Name}' twice");
            }
        }

        return Place(file, tensors, (cursor.Position + alignment - 1) / alignment * alignment);
    }

    // Start is still relative to the tensor data here.
    private static GgufTensor ReadTensor(FileBytes file, GgufCursor cursor, long alignment)
    {
        var name = cursor.String("tensor name");
        var rank = cursor.Number<uint>();
        if (rank > MaxDimensions)
        {
            throw Fault(file, $"gives tensor '{name}' {rank} dimensions");
        }

        var shape = new long[rank];
        for (var d = shape.Length - 1; d >= 0; d--)
        {
            var size = cursor.Number<ulong>();
            shape[d] = size <= long.MaxValue ? (long)size : throw Fault(file, $"gives tensor '{name}' a dimension of {size}");
        }

        var type = GgufTensorType.Find(cursor.Number<uint>(), out var typeName)
            ?? throw new PrunusInputException(file.Name, $"stores tensor '{name}' as type {typeName}, which is not read", "use a file of type Q8_0, Q6_K, Q4_K_M, F16 or BF16");
        var offset = cursor.Number<ulong>();
        if (offset > (ulong)file.Length || (long)offset % alignment != 0)
        {
            throw Fault(file, $"places tensor '{name}' at {offset}, outside the file or not aligned to {alignment}");
        }

        return new GgufTensor(name, type, shape, (long)offset, ByteCount(file, name, shape, type));
    }

    private static long ByteCount(FileBytes file, string name, long[] shape, GgufTensorType type)
    {
        if ((shape.Length == 0 ? 1 : shape[^1]) % type.BlockElements != 0)
        {
            throw Fault(file, $"stores tensor '{name}' with rows of {(shape.Length == 0 ? 1 : shape[^1])} elements as {type.Name}, which takes {type.BlockElements} at a time");
        }

        try
        {
            return checked(shape.Aggregate(1L, (n, d) => checked(n * d)) / type.BlockElements * type.BlockBytes);
        }
        catch (OverflowException e)
        {
            throw Fault(file, $"gives tensor '{name}' the absurd shape [{string.Join(", ", shape)}]", e);
        }
    }

    private static Dictionary<string, GgufTensor> Place(FileBytes file, Dictionary<string, GgufTensor> tensors, long dataStart)
    {
        var end = 0L;
        foreach (var tensor in tensors.Values.OrderBy(t => t.Start).ThenBy(t => t.ByteCount))
        {
            if (tensor.Start < end)
            {
                throw Fault(file, $"places tensor '{tensor.Name}' over another");
            }

            if (tensor.ByteCount > file.Length - dataStart - tensor.Start)
            {
                throw Fault(file, $"has {file.Length} bytes, but tensor '{tensor.Name}' would end beyond them");
            }

            end = tensor.Start + tensor.ByteCount;
        }

        return tensors.ToDictionary(t => t.Key, t => t.Value with { Start = dataStart + t.Value.Start }, StringComparer.Ordinal);
    }

    private static PrunusInputException Fault(FileBytes file, string problem, Exception? inner = null) =>
        new(file.Name, problem, "it is damaged or no GGUF file: get it again", inner);
}
