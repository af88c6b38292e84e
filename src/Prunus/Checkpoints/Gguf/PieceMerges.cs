namespace Prunus.Checkpoints.Gguf;

/// <summary>
/// Merges of a SentencePiece vocabulary, which keeps scores in their place: for every piece all splits into two pieces, by falling
/// score of the piece, then falling length of the left and of the right part.
/// </summary>
internal static class PieceMerges
{
    public static IEnumerable<(string Left, string Right)> Derive(GgufTokens tokens, float[] scores)
    {
        bool Mergeable(int id) => tokens.Kinds[id] is GgufTokenKind.Normal or GgufTokenKind.UserDefined;
        var pieces = tokens.Ids.Where(t => Mergeable(t.Value)).ToDictionary(StringComparer.Ordinal);
        var lookup = pieces.GetAlternateLookup<ReadOnlySpan<char>>();
        var merges = new List<(float Score, int LeftLength, int RightLength, string Left, string Right)>();
        foreach (var (piece, id) in pieces.OrderBy(p => p.Value))
        {
            var own = new List<(int LeftId, int RightId)>();
            for (var at = 1; at < piece.Length; at++)
            {
                if (!char.IsLowSurrogate(piece[at])
                    && lookup.TryGetValue(piece.AsSpan(0, at), out var left) && lookup.TryGetValue(piece.AsSpan(at), out var right))
                {
                    own.Add((left, right));
                }
            }

            own.Sort();
            merges.AddRange(own.Select(o => (scores[id], Length(tokens.Texts[o.LeftId]), Length(tokens.Texts[o.RightId]), tokens.Texts[o.LeftId], tokens.Texts[o.RightId])));
        }

        // LINQ's sort is stable: what is equal so far stays in the order of ids.
        return merges.OrderByDescending(m => m.Score).ThenByDescending(m => m.LeftLength).ThenByDescending(m => m.RightLength).Select(m => (m.Left, m.Right));
    }

    private static int Length(string text) => text.EnumerateRunes().Count();
}
