using Prunus.Decoders;
using Prunus.Randomness;

namespace Prunus.Pruning;

/// <summary>Control that knows nothing: every unit's score is uniform in [0, 1).</summary>
public static class RandomImportance
{
    /// <summary>Scores of every axis: <c>hidden.random</c>, <c>L0.ffn.random</c> …; a pure function of the seed and the donor's shape.</summary>
    public static Scores Score(DecoderConfig config, long seed)
    {
        var scores = new Dictionary<string, double[]>();
        foreach (var (name, count) in UnitNames.Of(config, "random"))
        {
            var generator = new Philox4x32(unchecked((ulong)seed), (ulong)scores.Count);
            scores[name] = [.. Enumerable.Range(0, count).Select(i => (double)generator.Uniform((ulong)i))];
        }

        return new Scores(scores);
    }
}
