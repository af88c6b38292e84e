using System.Text.Json.Nodes;

namespace Prunus.Checkpoints;

/// <summary>
/// A language model on disk in Hugging Face form, whatever file it came from: configuration, named tensors, tokenizer files.
/// Opening reads headers only; tensors are read on demand. Needs no libtorch.
/// </summary>
public abstract class Checkpoint : IDisposable
{
    /// <summary>Where it was opened: a folder or a .gguf file.</summary>
    public abstract string Location { get; }

    /// <summary>config.json in Hugging Face form with every key, known or not. Do not change it: clone first.</summary>
    public abstract JsonObject Config { get; }

    /// <summary>Tensors by Hugging Face name, from the headers.</summary>
    public abstract IReadOnlyDictionary<string, TensorEntry> Tensors { get; }

    /// <summary>Files that travel with the model unchanged, by file name: tokenizer.json, tokenizer_config.json, generation_config.json,
    /// special_tokens_map.json, chat_template.jinja, tokenizer.model, vocab.json, merges.txt (those that exist).</summary>
    public abstract IReadOnlyDictionary<string, byte[]> CarriedFiles { get; }

    /// <summary>SPDX id of the licence if the checkpoint states one (model card front matter, GGUF general.license), else null.</summary>
    public abstract string? Licence { get; }

    /// <summary>Reads <paramref name="destination"/>.Length elements from element <paramref name="start"/> on, converted to float32.</summary>
    /// <exception cref="PrunusInputException">The tensor is absent, the range is outside it, or it is not a real-valued type.</exception>
    public abstract void Read(string name, long start, Span<float> destination);

    /// <summary>Reads a whole tensor as float32 (up to 2^31-1 elements).</summary>
    /// <exception cref="PrunusInputException">The tensor is absent, too large, or not of a real-valued type.</exception>
    public float[] ReadAll(string name)
    {
        if (!Tensors.TryGetValue(name, out var entry))
        {
            throw new PrunusInputException(Location, $"has no tensor '{name}'", "check that the weights belong to this config.json");
        }

        if (entry.ElementCount > Array.MaxLength)
        {
            throw new PrunusInputException(Location, $"tensor '{name}' has {entry.ElementCount} elements, too many to be read at once", "read it in parts");
        }

        var values = new float[entry.ElementCount];
        Read(name, 0, values);
        return values;
    }

    /// <summary>
    /// Identity of the weights: hex SHA-256 over names, shapes, types and up to 64 KiB of the bytes of every tensor
    /// (first and last 32 KiB), in ordinal order of names. The same donor as folder or copy gives the same fingerprint.
    /// </summary>
    public abstract string Fingerprint { get; }

    /// <summary>Opens a Hugging Face folder or a .gguf file.</summary>
    /// <exception cref="PrunusInputException">The path does not exist, or is neither.</exception>
    public static Checkpoint Open(string path) => CheckpointFormats.Open(path);

    public abstract void Dispose();
}
