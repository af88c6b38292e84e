namespace Prunus.Reports;

/// <summary>How a measure is shown, by its name.</summary>
public static class Measures
{
    /// <summary>The value with the unit its name implies: counts, bytes, seconds, shares, or a plain number.</summary>
    public static string Text(string measure, double value) => Kind(measure) switch
    {
        MeasureKind.Count => NumberText.Count(value),
        MeasureKind.Bytes => NumberText.Bytes(value),
        MeasureKind.Share => NumberText.Percent(value),
        MeasureKind.Whole => NumberText.Whole(value),
        _ => NumberText.Value(value),
    };

    /// <summary>The value beside that of the first subject: <c>80.70M ×0.600</c> for sizes and speeds, <c>3.1000 +0.6000</c> for losses, plain otherwise.</summary>
    public static string TextBeside(string measure, double value, double? first) => (Kind(measure), first) switch
    {
        (_, null) => Text(measure, value),
        (MeasureKind.Count or MeasureKind.Bytes, not 0) => $"{Text(measure, value)} {Ratio(value / first.Value)}",
        (MeasureKind.Loss, _) => $"{Text(measure, value)} {(value - first >= 0 ? "+" : "")}{NumberText.Value(value - first.Value)}",
        _ => Text(measure, value),
    };

    /// <summary>A ratio as <c>×0.600</c>.</summary>
    public static string Ratio(double ratio) => "×" + ratio.ToString(Math.Abs(ratio) >= 100 ? "0" : Math.Abs(ratio) >= 10 ? "0.0" : "0.000", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The name in words.</summary>
    public static string Title(string measure) => measure is "pm" ? "Pm, %" : measure.Replace('_', ' ').Replace(" per second", "/s", StringComparison.Ordinal);

    /// <summary>Whether a measure is a difference of two shares, which reads best in points.</summary>
    public static bool IsDifferenceOfShares(string measure) => measure.EndsWith("_accuracy" + Difference, StringComparison.Ordinal);

    private const string Difference = "_beside_dense";

    // Numbers of things and steps: whole ones, or means over seeds of such.
    private static readonly HashSet<string> Wholes = ["early_iteration", "kept", "weights", "features", "dead_units", "emptied", "search_steps"];

    private enum MeasureKind
    {
        Plain,
        Count,
        Whole,
        Bytes,
        Share,
        Loss,
    }

    private static MeasureKind Kind(string measure) =>
        measure.Contains("bytes", StringComparison.Ordinal) && !measure.Contains("bits", StringComparison.Ordinal) ? MeasureKind.Bytes
        : measure.StartsWith("parameters", StringComparison.Ordinal) || measure.EndsWith("_per_second", StringComparison.Ordinal)
            || measure.StartsWith("flops", StringComparison.Ordinal) || measure is "tokens" || measure.EndsWith("_tokens", StringComparison.Ordinal) ? MeasureKind.Count
        : Wholes.Contains(measure) ? MeasureKind.Whole
        : measure is "accuracy" or "failed" || measure.EndsWith("_share", StringComparison.Ordinal) || measure.EndsWith("_accuracy", StringComparison.Ordinal) ? MeasureKind.Share
        : measure is "loss" || measure.EndsWith("_loss", StringComparison.Ordinal) ? MeasureKind.Loss
        : MeasureKind.Plain;
}
