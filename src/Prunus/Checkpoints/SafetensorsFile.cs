using System.Runtime.InteropServices;

namespace Prunus.Checkpoints;

/// <summary>
/// One memory-mapped safetensors file (https://github.com/huggingface/safetensors). Opening reads and checks the header: every
/// offset, size and name must hold before any tensor is read.
/// </summary>
public sealed class SafetensorsFile : IDisposable
{
    // Conversions go piece by piece: a span holds 2^31 bytes at most, and a multiple of 8 keeps packed types on byte borders.
    private const int PieceElements = 1 << 20;

    private readonly FileBytes _file;
    private readonly SafetensorsHeader _header;

    private SafetensorsFile(FileBytes file)
    {
        _file = file;
        try
        {
            _header = SafetensorsHeader.Read(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }

        Tensors = _header.Tensors.ToDictionary(t => t.Key, t => t.Value.Entry, StringComparer.Ordinal);
    }

    /// <summary>Path it was opened from.</summary>
    public string Location => _file.Name;

    /// <summary>Tensors by name, in the order of the header.</summary>
    public IReadOnlyDictionary<string, TensorEntry> Tensors { get; }

    /// <summary>The strings of <c>__metadata__</c>; empty when there are none.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _header.Metadata;

    /// <summary>Maps a file and checks its header.</summary>
    /// <exception cref="PrunusInputException">The file is absent, or not safetensors to the letter.</exception>
    public static SafetensorsFile Open(string path) => new(FileBytes.Map(path));

    internal static SafetensorsFile Open(FileBytes file) => new(file);

    /// <summary>Reads <paramref name="destination"/>.Length elements from element <paramref name="start"/> on, converted to float32.</summary>
    /// <exception cref="PrunusInputException">The tensor is absent or complex, or the range is outside it.</exception>
    public void Read(string name, long start, Span<float> destination)
    {
        var (entry, at) = Find(name);
        if (start < 0 || start > entry.ElementCount - destination.Length)
        {
            throw new PrunusInputException(Location, $"tensor '{name}' has {entry.ElementCount} elements, not {destination.Length} from {start} on", "check its shape");
        }

        if (entry.Type == ElementType.C64)
        {
            throw new PrunusInputException(Location, $"tensor '{name}' is complex (C64)", "convert it to a real type");
        }

        var bits = SafetensorsTypes.Bits(entry.Type);
        for (var done = 0; done < destination.Length; done += PieceElements)
        {
            var piece = destination.Slice(done, Math.Min(PieceElements, destination.Length - done));
            var firstBit = (UInt128)(ulong)(start + done) * (uint)bits;
            var firstByte = (long)(firstBit >> 3);
            var lastByte = (long)((firstBit + ((UInt128)(uint)piece.Length * (uint)bits) + 7) >> 3);
            ElementConversion.ToSingle(entry.Type, _file.Span(at + firstByte, (int)(lastByte - firstByte)), (int)(firstBit & 7), piece);
        }
    }

    /// <summary>Reads a whole tensor of integers or booleans (token ids, masks).</summary>
    /// <exception cref="PrunusInputException">The tensor is absent, not of integers, or holds a value beyond int64.</exception>
    public long[] ReadInt64(string name)
    {
        var (entry, at) = Find(name);
        if (entry.ByteCount > Array.MaxLength)
        {
            throw new PrunusInputException(Location, $"tensor '{name}' is too large to be read at once", "split it");
        }

        var values = ElementConversion.ToInt64(entry.Type, _file.Span(at, (int)entry.ByteCount), out var fits);
        return values is not null && fits
            ? values
            : throw new PrunusInputException(Location, $"tensor '{name}' of {entry.StoredAs} holds no whole numbers of 64 bits", "store it as I64");
    }

    /// <summary>Reads stored bytes from byte <paramref name="byteStart"/> of the tensor on.</summary>
    /// <exception cref="PrunusInputException">The tensor is absent, or the range is outside it.</exception>
    public void ReadBytes(string name, long byteStart, Span<byte> destination)
    {
        var (entry, at) = Find(name);
        if (byteStart < 0 || byteStart > entry.ByteCount - destination.Length)
        {
            throw new PrunusInputException(Location, $"tensor '{name}' has {entry.ByteCount} bytes, not {destination.Length} from {byteStart} on", "check its shape");
        }

        _file.Span(at + byteStart, destination.Length).CopyTo(destination);
    }

    public void Dispose() => _file.Dispose();

    private (TensorEntry Entry, long Start) Find(string name) => _header.Tensors.TryGetValue(name, out var found)
        ? found
        : throw new PrunusInputException(Location, $"has no tensor '{name}'", "check the name");
}
