using System.Text;

namespace Prunus.Tests.Checkpoints.Gguf;

/// <summary>Writes small GGUF files for tests, with places to lie.</summary>
internal sealed class GgufBuilder
{
    private readonly List<(string Key, Action<BinaryWriter> Write)> _metadata = [];
    private readonly List<(string Name, long[] Shape, uint Type, byte[] Bytes)> _tensors = [];

    public uint Version { get; set; } = 3;

    public int Alignment { get; init; } = 32;

    public long? TensorCount { get; set; }

    public long? MetadataCount { get; set; }

    /// <summary>Changes the offset written for a tensor.</summary>
    public Func<string, long, long> Offset { get; set; } = (_, offset) => offset;

    /// <summary>Adds a value: string, bool, uint, float or an array of one of them.</summary>
    public GgufBuilder Add(string key, object value)
    {
        _metadata.Add((key, w => Value(w, value)));
        return this;
    }

    public GgufBuilder AddRaw(string key, Action<BinaryWriter> write)
    {
        _metadata.Add((key, write));
        return this;
    }

    public GgufBuilder Tensor(string name, long[] rowMajorShape, float[] values) => Tensor(name, rowMajorShape, 0, [.. values.SelectMany(BitConverter.GetBytes)]);

    public GgufBuilder Tensor(string name, long[] rowMajorShape, uint type, byte[] bytes)
    {
        _tensors.Add((name, rowMajorShape, type, bytes));
        return this;
    }

    public byte[] Build()
    {
        using var stream = new MemoryStream();
        using var w = new BinaryWriter(stream);
        w.Write("GGUF"u8);
        w.Write(Version);
        w.Write(TensorCount ?? _tensors.Count);
        w.Write(MetadataCount ?? _metadata.Count);
        foreach (var (key, write) in _metadata)
        {
            Text(w, key);
            write(w);
        }

        var offset = 0L;
        foreach (var (name, shape, type, bytes) in _tensors)
        {
            Text(w, name);
            w.Write(shape.Length);
            foreach (var size in shape.Reverse())
            {
                w.Write(size);
            }

            w.Write(type);
            w.Write(Offset(name, offset));
            offset += (bytes.Length + Alignment - 1) / Alignment * Alignment;
        }

        foreach (var (_, _, _, bytes) in _tensors)
        {
            w.Write(new byte[(Alignment - (stream.Position % Alignment)) % Alignment]);
            w.Write(bytes);
        }

        return stream.ToArray();
    }

    public static void Text(BinaryWriter w, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        w.Write((long)bytes.Length);
        w.Write(bytes);
    }

    private static void Value(BinaryWriter w, object value)
    {
        w.Write(value is Array ? 9u : Type(value.GetType()));
        if (value is not Array array)
        {
            Single(w, value);
            return;
        }

        w.Write(Type(value.GetType().GetElementType()!));
        w.Write((long)array.Length);
        foreach (var item in array)
        {
            Single(w, item);
        }
    }

    private static uint Type(Type type) => type == typeof(string) ? 8u : type == typeof(bool) ? 7u : type == typeof(float) ? 6u : type == typeof(int) ? 5u
        : type == typeof(uint) ? 4u : throw new ArgumentException(type.Name);

    private static void Single(BinaryWriter w, object value)
    {
        switch (value)
        {
            case string s: Text(w, s); break;
            case bool b: w.Write(b); break;
            case float f: w.Write(f); break;
            case int i: w.Write(i); break;
            default: w.Write((uint)value); break;
        }
    }
}
