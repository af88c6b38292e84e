using System.Text.Json.Nodes;

namespace Prunus.Tokenizers;

/// <summary>The merges of a tokenizer.json by rank: what a token is merged from, and which merges a smaller vocabulary can still make.</summary>
internal sealed class MergeRanks
{
    private readonly Dictionary<(string Left, string Right), int> _ranks = [];

    /// <param name="merges">The list, best first: <c>"a b"</c> or <c>["a","b"]</c>.</param>
    public MergeRanks(JsonArray merges)
    {
        foreach (var merge in merges)
        {
            _ranks.TryAdd(Pair(merge!), _ranks.Count);
        }
    }

    /// <summary>What merging a token's own characters passes through; in a text nothing else happens inside the token, since no merge crosses its ends.</summary>
    public IReadOnlyList<string> Passed(string token)
    {
        List<string> parts = [.. token.EnumerateRunes().Select(r => r.ToString())];
        var passed = new List<string>(parts);
        while (true)
        {
            var (best, at) = (int.MaxValue, -1);
            for (var i = 0; i + 1 < parts.Count; i++)
            {
                if (_ranks.TryGetValue((parts[i], parts[i + 1]), out var rank) && rank < best)
                {
                    (best, at) = (rank, i);
                }
            }

            if (at < 0)
            {
                return passed;
            }

            parts[at] += parts[at + 1];
            parts.RemoveAt(at + 1);
            passed.Add(parts[at]);
        }
    }

    /// <summary>The merges whose parts and result a vocabulary has, in their order and spelling.</summary>
    public static JsonArray Within(JsonArray merges, Func<string, bool> has)
    {
        return new JsonArray([.. merges.Where(m => Stays(Pair(m!))).Select(m => m!.DeepClone())]);

        bool Stays((string Left, string Right) merge) => has(merge.Left) && has(merge.Right) && has(merge.Left + merge.Right);
    }

    private static (string Left, string Right) Pair(JsonNode merge)
    {
        string[] parts = merge is JsonArray pair ? [.. pair.Select(p => p!.GetValue<string>())] : merge.GetValue<string>().Split(' ');
        return (parts[0], parts[1]);
    }
}
