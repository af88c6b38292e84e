namespace Prunus.Checkpoints.Gguf;

/// <summary>
/// One memory-mapped GGUF file (versions 2 and 3) as it is: its metadata, and tensors by their names in the file, dequantised to
/// float32 bit for bit as ggml does it.
/// </summary>
public sealed class GgufFile : IDisposable
{
    private const int PieceElements = 1 << 20;

    private readonly FileBytes _file;
    private readonly GgufHeader _header;

    private GgufFile(FileBytes file)
    {
        _file = file;
        try
        {
            _header = GgufHeader.Read(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Path it was opened from.</summary>
    public string Location => _file.Name;

    /// <summary>Version of the format: 2 or 3.</summary>
    public int Version => _header.Version;

    /// <summary>Tensors start at multiples of this many bytes.</summary>
    public long Alignment => _header.Alignment;

    /// <summary>Metadata in the order of the file.</summary>
    public IReadOnlyDictionary<string, GgufValue> Metadata => _header.Metadata;

    /// <summary>Tensors by name in the file.</summary>
    public IReadOnlyDictionary<string, GgufTensor> Tensors => _header.Tensors;

    /// <summary>Maps a file and checks its header.</summary>
    /// <exception cref="PrunusInputException">The file is absent, or its header does not hold.</exception>
    public static GgufFile Open(string path) => new(FileBytes.Map(path));

    internal static GgufFile Open(FileBytes file) => new(file);

    /// <summary>Reads <paramref name="destination"/>.Length elements from element <paramref name="start"/> on, as float32.</summary>
    /// <exception cref="PrunusInputException">The tensor is absent, or the range is outside it.</exception>
    public void Read(string name, long start, Span<float> destination)
    {
        var tensor = Find(name);
        if (start < 0 || start > tensor.ElementCount - destination.Length)
        {
            throw new PrunusInputException(Location, $"tensor '{name}' has {tensor.ElementCount} elements, not {destination.Length} from {start} on", "check its shape");
        }

        var size = tensor.Type.BlockElements;
        while (!destination.IsEmpty)
        {
            var (block, inside) = Math.DivRem(start, size);
            var count = (int)Math.Min(destination.Length, PieceElements) / size * size;
            if (inside != 0 || count == 0)
            {
                count = PartOfBlock(tensor, block, (int)inside, destination);
            }
            else
            {
                Blocks(tensor, block, destination[..count]);
            }

            destination = destination[count..];
            start += count;
        }
    }

    /// <summary>Reads stored bytes from byte <paramref name="byteStart"/> of the tensor on.</summary>
    /// <exception cref="PrunusInputException">The tensor is absent, or the range is outside it.</exception>
    public void ReadBytes(string name, long byteStart, Span<byte> destination)
    {
        var tensor = Find(name);
        if (byteStart < 0 || byteStart > tensor.ByteCount - destination.Length)
        {
            throw new PrunusInputException(Location, $"tensor '{name}' has {tensor.ByteCount} bytes, not {destination.Length} from {byteStart} on", "check its shape");
        }

        _file.Span(tensor.Start + byteStart, destination.Length).CopyTo(destination);
    }

    public void Dispose() => _file.Dispose();

    private int PartOfBlock(GgufTensor tensor, long block, int inside, Span<float> destination)
    {
        Span<float> values = stackalloc float[tensor.Type.BlockElements];
        Blocks(tensor, block, values);
        var count = Math.Min(values.Length - inside, destination.Length);
        values.Slice(inside, count).CopyTo(destination);
        return count;
    }

    private void Blocks(GgufTensor tensor, long block, Span<float> values)
    {
        var type = tensor.Type;
        type.Dequantise(_file.Span(tensor.Start + (block * type.BlockBytes), values.Length / type.BlockElements * type.BlockBytes), values);
    }

    private GgufTensor Find(string name) => Tensors.TryGetValue(name, out var tensor)
        ? tensor
        : throw new PrunusInputException(Location, $"has no tensor '{name}'", "check the name");
}
