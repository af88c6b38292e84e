namespace Prunus.Tokenizers;

/// <summary>What a tokenizer is made of, whatever file it came from.</summary>
internal sealed record TokenizerParts
{
    /// <summary>Encodes pieces.</summary>
    public required BpeModel Model { get; init; }

    /// <summary>Text of each token, the model's and the added ones.</summary>
    public required IReadOnlyDictionary<int, string> Tokens { get; init; }

    public IReadOnlyList<SpecialToken> Added { get; init; } = [];

    public Func<string, string>? Normalizer { get; init; }

    /// <summary>Whether patterns of added tokens that are matched in normalised text are normalised themselves.</summary>
    public bool NormalizeAdded { get; init; } = true;

    public PreTokenizer? PreTokenizer { get; init; }

    /// <summary>Ids put before and behind a text on request.</summary>
    public IReadOnlyList<int> Prefix { get; init; } = [];

    public IReadOnlyList<int> Suffix { get; init; } = [];

    /// <summary>Makers of the steps of decoding.</summary>
    public required IReadOnlyList<Func<DecodeStep>> Decoder { get; init; }

    public int? BosId { get; init; }

    /// <summary>Ids that end a text; the first is the tokenizer's own.</summary>
    public IReadOnlyList<int> EosIds { get; init; } = [];
}
