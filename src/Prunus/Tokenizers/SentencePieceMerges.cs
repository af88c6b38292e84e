using System.Text;

namespace Prunus.Tokenizers;

/// <summary>
/// The merges that a SentencePiece BPE vocabulary stands for: two neighbours join when together they are a piece, highest score first,
/// the leftmost of equal ones. So every way to cut a piece in two is a merge, ranked by the piece's score.
/// </summary>
internal static class SentencePieceMerges
{
    public static BpeModel Build(SentencePieceModel model, string name)
    {
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var id = 0; id < model.Pieces.Count; id++)
        {
            if (model.Pieces[id].Kind == PieceKind.Normal)
            {
                ids.Add(model.Pieces[id].Text, id);
            }
        }

        var byteIds = ByteIds(model, name);
        var unknown = model.Pieces.FindIndex(piece => piece.Kind == PieceKind.Unknown);
        if (unknown < 0)
        {
            throw new PrunusInputException(name, "has no unknown piece", "get the file again from its publisher");
        }

        var expansions = AddBareCharacters(model, ids, byteIds, unknown);
        return new BpeModel(new CharacterSymbols(ids, byteIds, unknown, fuseUnknown: true), Merges(model, ids))
        {
            Expansions = expansions.Count > 0 ? expansions : null,
            FusedId = byteIds is null ? unknown : null,
            WordStart = ids.ContainsKey("▁") && !model.Pieces.Exists(piece => piece.Kind == PieceKind.Normal && JoinsWords(piece.Text)) ? '▁' : null,
        };
    }

    private static MergeTable Merges(SentencePieceModel model, Dictionary<string, int> ids)
    {
        var ranks = new Dictionary<float, int>();
        foreach (var score in model.Pieces.Where(piece => piece.Kind == PieceKind.Normal).Select(piece => piece.Score).Distinct().OrderDescending())
        {
            ranks.Add(score, ranks.Count);
        }

        var lookup = ids.GetAlternateLookup<ReadOnlySpan<char>>();
        var table = new MergeTable(model.Pieces.Count * 2);
        for (var id = 0; id < model.Pieces.Count; id++)
        {
            var (text, score, kind) = model.Pieces[id];
            for (var cut = CodePoints.LengthAt(text, 0); kind == PieceKind.Normal && cut < text.Length; cut += CodePoints.LengthAt(text, cut))
            {
                if (lookup.TryGetValue(text.AsSpan(0, cut), out var left) && lookup.TryGetValue(text.AsSpan(cut), out var right))
                {
                    table.Add(left, right, ranks[score], id);
                }
            }
        }

        return table;
    }

    /// <summary>
    /// Characters that occur in pieces without being one can still begin a merge: they get ids behind the vocabulary, and the tokens that
    /// stand for them when they stay alone.
    /// </summary>
    private static Dictionary<int, int[]> AddBareCharacters(SentencePieceModel model, Dictionary<string, int> ids, int[]? byteIds, int unknown)
    {
        var expansions = new Dictionary<int, int[]>();
        foreach (var piece in model.Pieces.Where(piece => piece.Kind == PieceKind.Normal))
        {
            foreach (var rune in piece.Text.EnumerateRunes())
            {
                var character = rune.ToString();
                var id = model.Pieces.Count + expansions.Count;
                if (ids.TryAdd(character, id))
                {
                    expansions.Add(id, byteIds is null ? [unknown] : [.. Encoding.UTF8.GetBytes(character).Select(b => byteIds[b])]);
                }
            }
        }

        return expansions;
    }

    private static int[]? ByteIds(SentencePieceModel model, string name)
    {
        if (!model.ByteFallback)
        {
            return null;
        }

        var byteIds = new int[256];
        Array.Fill(byteIds, -1);
        for (var id = 0; id < model.Pieces.Count; id++)
        {
            if (model.Pieces[id].Kind == PieceKind.Byte && ByteFallbackStep.TryByte(model.Pieces[id].Text, out var value))
            {
                byteIds[value] = id;
            }
        }

        return byteIds.Contains(-1)
            ? throw new PrunusInputException(name, "lacks some of the 256 byte pieces", "get the file again from its publisher")
            : byteIds;
    }

    private static bool JoinsWords(string piece)
    {
        for (var i = 1; i < piece.Length; i++)
        {
            if (piece[i] == '▁' && piece[i - 1] != '▁')
            {
                return true;
            }
        }

        return false;
    }
}
