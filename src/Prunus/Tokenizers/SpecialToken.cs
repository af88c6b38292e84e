namespace Prunus.Tokenizers;

/// <summary>A token that stands outside the merges: its text is found before the text is split.</summary>
/// <param name="Id">Token id.</param>
/// <param name="Content">Its text.</param>
/// <param name="IsSpecial">Only parsed from text on request, and left out when decoding with <c>skipSpecial</c>; other added tokens are always parsed.</param>
public sealed record SpecialToken(int Id, string Content, bool IsSpecial = true)
{
    /// <summary>Matched in the normalised text rather than in the raw one.</summary>
    public bool Normalized { get; init; }

    /// <summary>Takes the white space before it.</summary>
    public bool LeftStrip { get; init; }

    /// <summary>Takes the white space after it.</summary>
    public bool RightStrip { get; init; }

    /// <summary>Only matched where no word character touches it.</summary>
    public bool SingleWord { get; init; }
}
