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

        throw new PrunusInputException(path, "is neither a Hugging Face folder nor a .gguf file", "give the folder with config.json, or a .gguf file");
    }
}
