using System.Globalization;
using System.Text.RegularExpressions;
using Prunus.Runs;

namespace Prunus.Reports;

/// <summary>
/// A condition under which a comparison fails, such as <c>loss_rise>0.1</c>. The left side is a metric, or a metric with <c>_rise</c> (minus the first run's),
/// <c>_drop</c> (the first run's minus it) or <c>_ratio</c> (over the first run's).
/// </summary>
public sealed partial record ComparisonCheck
{
    private readonly string _left;
    private readonly string _relation;
    private readonly double _bound;

    private ComparisonCheck(string left, string relation, double bound) => (_left, _relation, _bound) = (left, relation, bound);

    /// <summary>Reads a condition.</summary>
    /// <exception cref="PrunusInputException">It has no such form.</exception>
    public static ComparisonCheck Parse(string text, string option = "--fail-if")
    {
        var match = Form().Match(text);
        return match.Success && double.TryParse(match.Groups[3].Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var bound)
            ? new(match.Groups[1].Value, match.Groups[2].Value, bound)
            : throw new PrunusInputException(option, $"'{text}' is no condition", "write e.g. loss_rise>0.1, perplexity_ratio>=1.2 or parameters>7e7");
    }

    /// <summary>One line for each run (but the first, where there are several) for which the condition holds.</summary>
    /// <remarks>NaN satisfies every condition: a check that cannot be made has not been passed.</remarks>
    /// <exception cref="PrunusInputException">A run lacks the metric.</exception>
    public IReadOnlyList<string> Failures(RecordComparison comparison)
    {
        var (metric, kind) = Resolve(comparison);
        var failures = new List<string>();
        for (var run = Math.Min(1, comparison.Runs.Count - 1); run < comparison.Runs.Count; run++)
        {
            var value = Need(comparison, run, metric);
            var compared = kind switch
            {
                "_rise" => value - Need(comparison, 0, metric),
                "_drop" => Need(comparison, 0, metric) - value,
                "_ratio" => value / Need(comparison, 0, metric),
                _ => value,
            };
            if (Holds(compared))
            {
                failures.Add($"{comparison.Runs[run].Name}: {_left} is {NumberText.Value(compared)}, {_relation} {_bound.ToString("R", CultureInfo.InvariantCulture)}");
            }
        }

        return failures;
    }

    private bool Holds(double value) => double.IsNaN(value) || _relation switch
    {
        ">" => value > _bound,
        ">=" => value >= _bound,
        "<" => value < _bound,
        _ => value <= _bound,
    };

    private (string Metric, string Kind) Resolve(RecordComparison comparison)
    {
        if (comparison.Metrics.Contains(_left))
        {
            return (_left, "");
        }

        foreach (var kind in (string[])["_rise", "_drop", "_ratio"])
        {
            if (_left.EndsWith(kind, StringComparison.Ordinal) && comparison.Metrics.Contains(_left[..^kind.Length]))
            {
                return (_left[..^kind.Length], kind);
            }
        }

        throw new PrunusInputException("--fail-if", $"no run has a metric '{_left}'", NearestName.Find(_left, comparison.Metrics.SelectMany(m => (string[])[m, m + "_rise", m + "_drop", m + "_ratio"])) is { } near
            ? $"did you mean '{near}'?" : $"there are {string.Join(", ", comparison.Metrics)}");
    }

    private static double Need(RecordComparison comparison, int run, string metric) => comparison.Value(run, metric)
        ?? throw new PrunusInputException(comparison.Runs[run].Name, $"has no metric '{metric}'", "compare runs that measured it");

    [GeneratedRegex(@"^\s*([A-Za-z0-9_.:/-]+?)\s*(>=|<=|>|<)\s*(\S+)\s*$", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
