using Prunus.Checkpoints.Gguf;

namespace Prunus.Checkpoints;

/// <summary>Picks the reader for a path.</summary>
internal static class CheckpointFormats
{
    public static Checkpoint Open(string path)
    {
        if (Directory.Exists(path))
        {
            return HuggingFaceCheckpoint.Open(path);
        }

        if (!File.Exists(path))
        {
            throw new PrunusInputException(path, "does not exist", "give a Hugging Face folder or a .gguf file");
        }

        return path.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase) || StartsWithMagic(path)
            ? GgufCheckpoint.Open(path)
            : throw new PrunusInputException(path, "is neither a Hugging Face folder nor a .gguf file", "give the folder with config.json, or a .gguf file");
    }

    private static bool StartsWithMagic(string path)
    {
        using var file = FileBytes.Map(path);
        return file.Length >= 4 && file.Span(0, 4).SequenceEqual("GGUF"u8);
    }
}
