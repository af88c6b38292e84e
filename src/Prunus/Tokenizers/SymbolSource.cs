using System.Text;

namespace Prunus.Tokenizers;

/// <summary>Turns a piece of text into the symbols that merging starts from.</summary>
internal abstract class SymbolSource
{
    /// <summary>Appends the symbols of a piece.</summary>
    public abstract void Append(ReadOnlySpan<char> piece, List<int> symbols);

    /// <summary>The spelling of a piece in the vocabulary.</summary>
    public abstract string Spell(ReadOnlySpan<char> piece);
}

/// <summary>Symbols are the bytes of UTF-8; a byte that the vocabulary lacks gives none (or the unknown token).</summary>
/// <param name="byteIds">Token id of each byte, -1 where there is none.</param>
/// <param name="unknownId">Token for absent bytes, or null to drop them.</param>
/// <param name="fuseUnknown">A run of absent bytes gives one unknown token.</param>
internal sealed class ByteSymbols(int[] byteIds, int? unknownId, bool fuseUnknown) : SymbolSource
{
    public override void Append(ReadOnlySpan<char> piece, List<int> symbols)
    {
        Span<byte> small = stackalloc byte[256];
        var length = Encoding.UTF8.GetByteCount(piece);
        var bytes = length <= small.Length ? small[..length] : new byte[length];
        Encoding.UTF8.GetBytes(piece, bytes);
        var inUnknown = false;
        foreach (var value in bytes)
        {
            var id = byteIds[value];
            if (id >= 0)
            {
                symbols.Add(id);
                inUnknown = false;
            }
            else if (unknownId is { } unknown && !(inUnknown && fuseUnknown))
            {
                symbols.Add(unknown);
                inUnknown = true;
            }
        }
    }

    public override string Spell(ReadOnlySpan<char> piece) => ByteAlphabet.Spell(piece);
}

/// <summary>Symbols are code points; one that the vocabulary lacks gives its bytes' tokens, else the unknown token, else nothing.</summary>
/// <param name="ids">Ids of the single code points.</param>
/// <param name="byteIds">Ids of <c>&lt;0x00&gt;</c> … <c>&lt;0xFF&gt;</c> (-1 where absent), or null without byte fallback.</param>
/// <param name="unknownId">The unknown token, or null.</param>
/// <param name="fuseUnknown">A run of unknown code points gives one unknown token.</param>
internal sealed class CharacterSymbols(Dictionary<string, int> ids, int[]? byteIds, int? unknownId, bool fuseUnknown) : SymbolSource
{
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _ids = ids.GetAlternateLookup<ReadOnlySpan<char>>();

    public override void Append(ReadOnlySpan<char> piece, List<int> symbols)
    {
        Span<byte> utf8 = stackalloc byte[4];
        // The unknown token waits for what follows it, since further unknown code points may join it.
        var pending = false;
        for (int i = 0, length; i < piece.Length; i += length)
        {
            length = CodePoints.LengthAt(piece, i);
            var character = piece.Slice(i, length);
            if (length == 1 && char.IsSurrogate(character[0]))
            {
                character = "\uFFFD";
            }

            if (_ids.TryGetValue(character, out var id))
            {
                Flush(symbols, ref pending);
                symbols.Add(id);
            }
            else if (!TryBytes(utf8[..Encoding.UTF8.GetBytes(character, utf8)], symbols) && unknownId is not null)
            {
                if (!fuseUnknown)
                {
                    Flush(symbols, ref pending);
                }

                pending = true;
            }
        }

        Flush(symbols, ref pending);
    }

    public override string Spell(ReadOnlySpan<char> piece) => piece.ToString();

    private bool TryBytes(ReadOnlySpan<byte> utf8, List<int> symbols)
    {
        if (byteIds is null)
        {
            return false;
        }

        foreach (var value in utf8)
        {
            if (byteIds[value] < 0)
            {
                return false;
            }
        }

        foreach (var value in utf8)
        {
            symbols.Add(byteIds[value]);
        }

        return true;
    }

    private void Flush(List<int> symbols, ref bool pending)
    {
        if (pending)
        {
            symbols.Add(unknownId!.Value);
            pending = false;
        }
    }
}
