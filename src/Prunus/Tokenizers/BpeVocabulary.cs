namespace Prunus.Tokenizers;

/// <summary>Vocabulary and merges of a byte-pair encoding, checked: ids are given once, merges name tokens that exist.</summary>
internal sealed class BpeVocabulary
{
    private BpeVocabulary(Dictionary<string, int> ids, Dictionary<int, string> tokens) => (Ids, Tokens) = (ids, tokens);

    public Dictionary<string, int> Ids { get; }

    public Dictionary<int, string> Tokens { get; }

    /// <summary>Reads an object of token → id.</summary>
    public static BpeVocabulary Read(JsonInput vocabulary)
    {
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        var tokens = new Dictionary<int, string>();
        foreach (var (token, value) in vocabulary.Members())
        {
            var id = value.Id;
            if (!tokens.TryAdd(id, token))
            {
                throw value.Bad($"gives id {id} to both '{tokens[id]}' and '{token}'");
            }

            ids.Add(token, id);
        }

        return new(ids, tokens);
    }

    /// <summary>The merges as a table, in order of rank.</summary>
    /// <param name="merges">Pairs of tokens.</param>
    /// <param name="bad">Makes the error for the merge of a rank.</param>
    /// <param name="joinsWordStart">Whether some merge joins a token that ends in another character to one that starts with ▁.</param>
    public MergeTable ReadMerges(IReadOnlyList<(string Left, string Right)> merges, Func<int, string, PrunusInputException> bad, out bool joinsWordStart)
    {
        var table = new MergeTable(merges.Count);
        joinsWordStart = false;
        for (var rank = 0; rank < merges.Count; rank++)
        {
            var (left, right) = merges[rank];
            table.Add(IdOf(left, rank), IdOf(right, rank), rank, IdOf(left + right, rank));
            joinsWordStart |= right.StartsWith('▁') && !left.EndsWith('▁');
        }

        return table;

        int IdOf(string token, int rank) =>
            Ids.TryGetValue(token, out var id) ? id : throw bad(rank, $"names the token '{token}', which the vocabulary lacks");
    }

    /// <summary>Ids of the 256 byte characters; -1 where one is absent.</summary>
    public int[] ByteIds() =>
        [.. Enumerable.Range(0, 256).Select(b => Ids.TryGetValue(ByteAlphabet.Character((byte)b).ToString(), out var id) ? id : -1)];

    /// <summary>Ids of <c>&lt;0x00&gt;</c> … <c>&lt;0xFF&gt;</c>; -1 where one is absent.</summary>
    public int[] FallbackIds() =>
        [.. Enumerable.Range(0, 256).Select(b => Ids.TryGetValue($"<0x{b:X2}>", out var id) ? id : -1)];
}
