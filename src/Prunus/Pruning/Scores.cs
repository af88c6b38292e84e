using System.Globalization;

namespace Prunus.Pruning;

/// <summary>Importance scores of a donor by name: <c>hidden.in.l2_mean</c>, <c>L3.ffn.act.l2_mean</c>, <c>bi</c> …; higher means more important.</summary>
public sealed class Scores
{
    private readonly Dictionary<string, double[]> _values;

    /// <param name="values">Scores by name.</param>
    /// <param name="donor">Fingerprint of the donor, or null.</param>
    /// <param name="sequences">Calibration sequences; 0 where none were needed.</param>
    /// <param name="tokens">Calibration tokens.</param>
    public Scores(IEnumerable<KeyValuePair<string, double[]>> values, string? donor = null, long sequences = 0, long tokens = 0)
    {
        _values = new(values, StringComparer.Ordinal);
        (Donor, Sequences, Tokens) = (donor, sequences, tokens);
        foreach (var (name, scores) in _values)
        {
            if (Array.Exists(scores, s => !double.IsFinite(s)))
            {
                throw new PrunusRunException("scores", $"'{name}' holds NaN or infinity", "score in float32, and check the weights with `prunus info`");
            }
        }
    }

    /// <summary>Scores by name.</summary>
    public IReadOnlyDictionary<string, double[]> Values => _values;

    /// <summary>Fingerprint of the donor, or null.</summary>
    public string? Donor { get; }

    public long Sequences { get; }

    public long Tokens { get; }

    /// <summary>The score of each unit of an axis.</summary>
    /// <param name="name">Full name.</param>
    /// <param name="count">Units that the donor has.</param>
    /// <exception cref="PrunusInputException">The scores are absent or belong to a donor of another size.</exception>
    public IReadOnlyList<double> Of(string name, int count)
    {
        if (!_values.TryGetValue(name, out var scores))
        {
            throw new PrunusInputException("scores", $"have no '{name}'", "score again with the reading and aggregation that the plan asks for");
        }

        return scores.Length == count ? scores
            : throw new PrunusInputException("scores", string.Create(CultureInfo.InvariantCulture, $"'{name}' is for {scores.Length} units, the donor has {count}"), "score this donor");
    }

    /// <summary>The same scores with the donor's fingerprint.</summary>
    public Scores For(string fingerprint) => new(_values, fingerprint, Sequences, Tokens);

    /// <summary>These and others together; of equal names the others' win.</summary>
    public Scores And(Scores others)
    {
        var union = new Dictionary<string, double[]>(_values, StringComparer.Ordinal);
        foreach (var (name, scores) in others._values)
        {
            union[name] = scores;
        }

        return new Scores(union, Donor ?? others.Donor, Math.Max(Sequences, others.Sequences), Math.Max(Tokens, others.Tokens));
    }
}
