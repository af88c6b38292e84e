using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;

namespace Prunus.Checkpoints.Gguf;

/// <summary>Reads the header of a GGUF file in sequence; every length is held against what is left of the file before memory is taken.</summary>
internal sealed class GgufCursor(FileBytes file)
{
    // Arrays of arrays are allowed by the format; nobody writes them deep, and recursion must end.
    private const int MaxDepth = 8;

    public long Position { get; private set; }

    public T Number<T>()
        where T : unmanaged
    {
        var size = Unsafe.SizeOf<T>();
        return MemoryMarshal.Read<T>(Take(size));
    }

    /// <summary>A length-prefixed UTF-8 string.</summary>
    public string String(string what)
    {
        var bytes = Take(Count(what, 1));
        return Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : throw Fault($"has a {what} that is not UTF-8");
    }

    /// <summary>A 64-bit count of things of at least <paramref name="leastSize"/> bytes each, which must fit into the rest of the file.</summary>
    public int Count(string what, int leastSize)
    {
        var count = Number<ulong>();
        var most = (ulong)(file.Length - Position) / (uint)leastSize;
        return count <= most && count <= int.MaxValue ? (int)count : throw Fault($"claims {count} for the size of {what}, more than the file holds");
    }

    public GgufValue Value(string key, int depth = 0) => Value(key, (GgufValueType)Number<uint>(), depth);

    private GgufValue Value(string key, GgufValueType type, int depth) => type == GgufValueType.Array
        ? Array(key, depth)
        : new GgufValue(type, null, type switch
        {
            GgufValueType.UInt8 => Number<byte>(),
            GgufValueType.Int8 => Number<sbyte>(),
            GgufValueType.UInt16 => Number<ushort>(),
            GgufValueType.Int16 => Number<short>(),
            GgufValueType.UInt32 => Number<uint>(),
            GgufValueType.Int32 => Number<int>(),
            GgufValueType.Float32 => Number<float>(),
            GgufValueType.Bool => Flag(key, Number<byte>()),
            GgufValueType.String => String(Quoted(key)),
            GgufValueType.UInt64 => Number<ulong>(),
            GgufValueType.Int64 => Number<long>(),
            GgufValueType.Float64 => (object)Number<double>(),
            _ => throw UnknownType(key, type),
        });

    private GgufValue Array(string key, int depth)
    {
        if (depth >= MaxDepth)
        {
            throw Fault($"nests arrays in {Quoted(key)} more than {MaxDepth} deep");
        }

        var type = (GgufValueType)Number<uint>();
        return new GgufValue(GgufValueType.Array, type, type switch
        {
            GgufValueType.UInt8 => Numbers<byte>(key),
            GgufValueType.Int8 => Numbers<sbyte>(key),
            GgufValueType.UInt16 => Numbers<ushort>(key),
            GgufValueType.Int16 => Numbers<short>(key),
            GgufValueType.UInt32 => Numbers<uint>(key),
            GgufValueType.Int32 => Numbers<int>(key),
            GgufValueType.Float32 => Numbers<float>(key),
            GgufValueType.Bool => System.Array.ConvertAll(Numbers<byte>(key), b => Flag(key, b)),
            GgufValueType.String => Items(key, 8, () => String(Quoted(key))),
            GgufValueType.UInt64 => Numbers<ulong>(key),
            GgufValueType.Int64 => Numbers<long>(key),
            GgufValueType.Float64 => Numbers<double>(key),
            GgufValueType.Array => Items(key, 12, () => Value(key, GgufValueType.Array, depth + 1)),
            _ => throw UnknownType(key, type),
        });
    }

    private T[] Numbers<T>(string key)
        where T : unmanaged
    {
        var size = Unsafe.SizeOf<T>();
        var count = Count(Quoted(key), size);
        return count <= int.MaxValue / size
            ? MemoryMarshal.Cast<byte, T>(Take(count * size)).ToArray()
            : throw Fault($"has an array {Quoted(key)} of more than 2 GB");
    }

    private T[] Items<T>(string key, int leastSize, Func<T> read)
    {
        var items = new T[Count(Quoted(key), leastSize)];
        for (var i = 0; i < items.Length; i++)
        {
            items[i] = read();
        }

        return items;
    }

    private bool Flag(string key, byte value) => value <= 1 ? value == 1 : throw Fault($"has a truth value {value} in {Quoted(key)}");

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > file.Length - Position)
        {
            throw Fault($"ends at byte {file.Length}, inside its header");
        }

        var bytes = file.Span(Position, count);
        Position += count;
        return bytes;
    }

    private static string Quoted(string key) => $"'{key}'";

    private PrunusInputException UnknownType(string key, GgufValueType type) => Fault($"gives {Quoted(key)} the value type {(uint)type}, which does not exist");

    private PrunusInputException Fault(string problem) => new(file.Name, problem, "it is damaged or no GGUF file: get it again");
}
