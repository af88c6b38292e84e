using System.Text.Json.Nodes;

namespace Prunus.Checkpoints;

/// <summary>
/// A folder as Hugging Face publishes models: config.json and model.safetensors, or the shards that model.safetensors.index.json
/// names. Other .safetensors files of the folder are not weights.
/// </summary>
public sealed class HuggingFaceCheckpoint : Checkpoint
{
    private static readonly string[] CarriedNames =
    [
        "tokenizer.json", "tokenizer_config.json", "generation_config.json", "special_tokens_map.json", "added_tokens.json",
        "chat_template.jinja", "tokenizer.model", "vocab.json", "merges.txt",
    ];

    private readonly Func<string, FileBytes?> _open;
    private readonly Dictionary<string, SafetensorsFile> _owners;
    private readonly List<SafetensorsFile> _files = [];
    private readonly Lazy<IReadOnlyDictionary<string, byte[]>> _carried;
    private readonly Lazy<string> _fingerprint;

    /// <param name="location">The folder, as errors name it.</param>
    /// <param name="open">Gives a file of the folder by name, or null when it is absent.</param>
    internal HuggingFaceCheckpoint(string location, Func<string, FileBytes?> open)
    {
        Location = location;
        _open = open;
        try
        {
            using (var config = open("config.json"))
            {
                Config = config is null
                    ? throw new PrunusInputException(location, "has no config.json", "give the folder of a model in Hugging Face form, or a .gguf file")
                    : StrictJson.Object(config.Name, config.All(StrictJson.ConfigLimit), StrictJson.ConfigLimit);
            }

            _owners = WeightFiles.Open(location, open, _files);
        }
        catch
        {
            Dispose();
            throw;
        }

        Tensors = _owners.ToDictionary(o => o.Key, o => o.Value.Tensors[o.Key], StringComparer.Ordinal);
        _carried = new(ReadCarried);
        _fingerprint = new(() => CheckpointFingerprint.Of(Tensors.Values, (name, start, bytes) => _owners[name].ReadBytes(name, start, bytes)));
    }

    public override string Location { get; }

    public override JsonObject Config { get; }

    public override IReadOnlyDictionary<string, TensorEntry> Tensors { get; }

    /// <inheritdoc/>
    /// <exception cref="PrunusInputException">One of them is too large, or is no valid JSON where its name promises that.</exception>
    public override IReadOnlyDictionary<string, byte[]> CarriedFiles => _carried.Value;

    public override string? Licence
    {
        get
        {
            using var card = _open("README.md");
            return card is null ? null : FrontMatter.Licence(card.Span(0, (int)Math.Min(card.Length, 1 << 20)));
        }
    }

    public override string Fingerprint => _fingerprint.Value;

    /// <summary>Opens a folder; reads config.json and the headers of the weight files.</summary>
    /// <exception cref="PrunusInputException">A file is missing or does not hold to its format.</exception>
    public static new HuggingFaceCheckpoint Open(string path) => new(path, name =>
    {
        var file = Path.Combine(path, name);
        return File.Exists(file) ? FileBytes.Map(file) : null;
    });

    public override void Read(string name, long start, Span<float> destination)
    {
        if (!_owners.TryGetValue(name, out var file))
        {
            throw new PrunusInputException(Location, $"has no tensor '{name}'", "check that the weights belong to this config.json");
        }

        file.Read(name, start, destination);
    }

    public override void Dispose()
    {
        foreach (var file in _files)
        {
            file.Dispose();
        }
    }

    private Dictionary<string, byte[]> ReadCarried()
    {
        var carried = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var name in CarriedNames)
        {
            using var file = _open(name);
            if (file is null)
            {
                continue;
            }

            var bytes = file.All(StrictJson.TokenizerLimit).ToArray();
            if (name.EndsWith(".json", StringComparison.Ordinal))
            {
                StrictJson.Validate(file.Name, bytes, StrictJson.TokenizerLimit);
            }

            carried.Add(name, bytes);
        }

        return carried;
    }
}
