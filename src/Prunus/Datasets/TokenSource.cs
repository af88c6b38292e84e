using Prunus.Tokenizers;

namespace Prunus.Datasets;

/// <summary>The tokens of one source of text in order.</summary>
/// <param name="Name">Name for reports.</param>
/// <param name="Ids">Token ids.</param>
public sealed record TokenSource(string Name, int[] Ids)
{
    /// <summary>Encodes a text as one string: spelled special tokens are parsed, nothing is added.</summary>
    public static TokenSource FromText(string name, string text, Tokenizer tokenizer) =>
        new(name, tokenizer.Encode(text, parseSpecial: true, addSpecial: false));

    /// <summary>
    /// Encodes documents one after another, each with the separator in front: &lt;|endoftext|&gt; where the tokenizer has it, else its eos,
    /// else none.
    /// </summary>
    public static TokenSource FromDocuments(string name, IEnumerable<string> documents, Tokenizer tokenizer)
    {
        var separator = tokenizer.TokenId("<|endoftext|>") ?? tokenizer.EosId;
        var ids = new List<int>();
        foreach (var document in documents)
        {
            if (separator is { } id)
            {
                ids.Add(id);
            }

            ids.AddRange(tokenizer.Encode(document, parseSpecial: true, addSpecial: false));
        }

        return new(name, [.. ids]);
    }

    /// <summary>Encodes a file: a .jsonl as documents, any other as one text.</summary>
    /// <exception cref="PrunusInputException">The file cannot be used.</exception>
    public static TokenSource FromFile(string path, Tokenizer tokenizer)
    {
        var documents = TextFile.ReadDocuments(path);
        var name = Path.GetFileName(path);
        return name.Contains(".jsonl", StringComparison.OrdinalIgnoreCase)
            ? FromDocuments(name, documents, tokenizer)
            : FromText(name, documents[0], tokenizer);
    }
}
