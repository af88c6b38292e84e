namespace Prunus.Tokenizers;

/// <summary>Finds the tokenizer among files and picks its reader.</summary>
internal static class TokenizerFiles
{
    private const long LargestFile = 256L << 20;
    private const string Remedy = "give a folder with tokenizer.json, tokenizer.model, or vocab.json and merges.txt";

    private static readonly string[] Vocabularies = ["vocab.json", "encoder.json", "gpt2_encoder.json", "gpt2_vocab.json"];
    private static readonly string[] Merges = ["merges.txt", "vocab.bpe", "gpt2_vocab.bpe", "gpt2_merges.txt"];
    private static readonly string[] Settings = ["tokenizer_config.json", "special_tokens_map.json", "generation_config.json"];

    public static Tokenizer Load(string path)
    {
        if (Directory.Exists(path))
        {
            string[] names = ["tokenizer.json", "tokenizer.model", .. Vocabularies, .. Merges, .. Settings];
            return Build(ReadThose(path, names), path);
        }

        if (!File.Exists(path))
        {
            throw new PrunusInputException(path, "does not exist", Remedy);
        }

        var (folder, name) = (Path.GetDirectoryName(Path.GetFullPath(path))!, Path.GetFileName(path));
        var kind = Path.GetExtension(name).ToLowerInvariant() switch
        {
            ".json" when Vocabularies.Contains(name) => throw new PrunusInputException(path, "is a vocabulary without its merges", "give the folder of both"),
            ".json" => "tokenizer.json",
            ".model" => "tokenizer.model",
            ".gguf" => throw new PrunusInputException(path, "is a checkpoint, not a tokenizer file", "open it as a checkpoint"),
            _ => throw new PrunusInputException(path, "is no tokenizer file", Remedy),
        };
        // Settings beside a file are its own only when it goes by its usual name.
        var files = name == kind ? ReadThose(folder, Settings) : [];
        files[kind] = ReadFile(path);
        return Build(files, name == kind ? folder : path, name == kind ? null : path);
    }

    public static Tokenizer Build(IReadOnlyDictionary<string, byte[]> files, string subject, string? file = null)
    {
        var settings = new TokenizerSettings(files, subject);
        if (files.TryGetValue("tokenizer.json", out var json))
        {
            return new(TokenizerJson.Read(JsonInput.Parse(json, file ?? Path.Combine(subject, "tokenizer.json")), settings));
        }

        if (files.TryGetValue("tokenizer.model", out var model))
        {
            return new(SentencePieceReader.Read(model, file ?? Path.Combine(subject, "tokenizer.model"), settings));
        }

        var vocabulary = Vocabularies.FirstOrDefault(files.ContainsKey);
        var merges = Merges.FirstOrDefault(files.ContainsKey);
        if (vocabulary is null || merges is null)
        {
            throw new PrunusInputException(subject, "has no tokenizer", Remedy);
        }

        return new(Gpt2Files.Read(
            JsonInput.Parse(files[vocabulary], Path.Combine(subject, vocabulary)), files[merges], Path.Combine(subject, merges), settings));
    }

    private static Dictionary<string, byte[]> ReadThose(string folder, IEnumerable<string> names) =>
        names.Where(name => File.Exists(Path.Combine(folder, name))).ToDictionary(name => name, name => ReadFile(Path.Combine(folder, name)));

    private static byte[] ReadFile(string path)
    {
        try
        {
            return new FileInfo(path).Length <= LargestFile
                ? File.ReadAllBytes(path)
                : throw new PrunusInputException(path, "is larger than 256 MiB, which no tokenizer file is", Remedy);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw new PrunusInputException(path, "cannot be read (" + cause.Message + ")", "check the file and its permissions", cause);
        }
    }
}
