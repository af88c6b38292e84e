using System.Text.Json.Nodes;

namespace Prunus.Checkpoints.Gguf;

/// <summary>A GGUF file as a checkpoint: Hugging Face names, row order and config, dequantised values, and its tokenizer as tokenizer.json.</summary>
public sealed class GgufCheckpoint : Checkpoint
{
    private readonly GgufFile _file;
    private readonly Dictionary<string, GgufWeight> _weights;
    private readonly GgufMetadata _metadata;
    private readonly Lazy<IReadOnlyDictionary<string, byte[]>> _carried;
    private readonly Lazy<string> _fingerprint;

    // The last transposed tensor: its readers come row by row, and each row touches the whole of what is stored.
    private Turned? _turned;

    internal GgufCheckpoint(GgufFile file)
    {
        _file = file;
        try
        {
            _metadata = new GgufMetadata(file.Metadata, file.Location);
            var id = _metadata.Architecture;
            var architecture = GgufArchitecture.All.FirstOrDefault(a => a.Id == id) ?? throw new PrunusInputException(
                file.Location, $"is of architecture '{id}', which is not read", "known are " + string.Join(", ", GgufArchitecture.All.Select(a => a.Id)));
            var shape = GgufShape.Read(_metadata, file);
            _weights = GgufWeight.All(architecture, shape, file);
            Config = GgufConfig.Build(architecture, _metadata, shape, file);
            _carried = new(() => GgufTokenizer.Files(_metadata, shape.Vocabulary));
        }
        catch
        {
            file.Dispose();
            throw;
        }

        Tensors = _weights.ToDictionary(w => w.Key, w => w.Value.Entry, StringComparer.Ordinal);
        _fingerprint = new(() => CheckpointFingerprint.Of(Tensors.Values, (name, start, bytes) => _file.ReadBytes(_weights[name].Source.Name, start, bytes)));
    }

    public override string Location => _file.Location;

    public override JsonObject Config { get; }

    public override IReadOnlyDictionary<string, TensorEntry> Tensors { get; }

    /// <summary>tokenizer.json and its companions made from the metadata; empty when the file holds no tokenizer.</summary>
    /// <exception cref="PrunusInputException">The tokenizer is of a kind or a pre-tokenizer that is not known, or does not hold together.</exception>
    public override IReadOnlyDictionary<string, byte[]> CarriedFiles => _carried.Value;

    public override string? Licence => _metadata.String("general.license");

    public override string Fingerprint => _fingerprint.Value;

    /// <summary>Opens a file; reads its header only.</summary>
    /// <exception cref="PrunusInputException">The file is damaged, or of an architecture or type that is not read.</exception>
    public static new GgufCheckpoint Open(string path) => new(GgufFile.Open(path));

    public override void Read(string name, long start, Span<float> destination)
    {
        if (!_weights.TryGetValue(name, out var weight))
        {
            throw new PrunusInputException(Location, $"has no tensor '{name}'", "check that it is a model of its architecture");
        }

        if (start < 0 || start > weight.Entry.ElementCount - destination.Length)
        {
            throw new PrunusInputException(Location, $"tensor '{name}' has {weight.Entry.ElementCount} elements, not {destination.Length} from {start} on", "check its shape");
        }

        switch (weight.Layout)
        {
            case GgufLayout.InterleavedHeads:
                ReadHeads(weight, start, destination);
                break;
            case GgufLayout.Transposed:
                ReadTurned(weight).AsSpan((int)start, destination.Length).CopyTo(destination);
                break;
            case GgufLayout.PlusOne:
                _file.Read(weight.Source.Name, start, destination);
                foreach (ref var value in destination)
                {
                    value -= 1;
                }

                break;
            default:
                _file.Read(weight.Source.Name, start, destination);
                break;
        }
    }

    public override void Dispose() => _file.Dispose();

    private void ReadHeads(GgufWeight weight, long start, Span<float> destination)
    {
        var columns = weight.Source.Shape.Count == 2 ? weight.Source.Shape[1] : 1;
        var half = weight.HeadRows / 2;
        while (!destination.IsEmpty)
        {
            var (row, column) = Math.DivRem(start, columns);
            var (head, inHead) = Math.DivRem(row, weight.HeadRows);
            var (side, j) = Math.DivRem(inHead, half);
            var count = (int)Math.Min(destination.Length, columns - column);
            var sourceRow = (head * weight.HeadRows) + (2 * j) + side;
            _file.Read(weight.Source.Name, (sourceRow * columns) + column, destination[..count]);
            destination = destination[count..];
            start += count;
        }
    }

    private float[] ReadTurned(GgufWeight weight)
    {
        if (_turned is { } last && last.Name == weight.Entry.Name)
        {
            return last.Values;
        }

        var (rows, columns) = (weight.Source.Shape[0], weight.Source.Shape[1]);
        if (weight.Entry.ElementCount > Array.MaxLength)
        {
            throw new PrunusInputException(Location, $"tensor '{weight.Source.Name}' is too large to be turned", "use the Hugging Face folder of this model");
        }

        // Of an empty tensor either side may be absurdly long.
        var values = new float[weight.Entry.ElementCount];
        var row = new float[values.Length == 0 ? 0 : columns];
        for (var r = 0L; r < rows && row.Length > 0; r++)
        {
            _file.Read(weight.Source.Name, r * columns, row);
            for (var c = 0; c < row.Length; c++)
            {
                values[(c * rows) + r] = row[c];
            }
        }

        _turned = new Turned(weight.Entry.Name, values);
        return values;
    }

    private sealed record Turned(string Name, float[] Values);
}
