using System.Globalization;

namespace Prunus.Reports.Charts;

/// <summary>Round numbers along an axis: steps of 1, 2 or 5 times a power of ten.</summary>
internal static class Ticks
{
    /// <summary>Round numbers within [low, high], about <paramref name="count"/> of them; at least one when the range holds a number.</summary>
    public static IReadOnlyList<double> Between(double low, double high, int count)
    {
        if (!(high > low) || !double.IsFinite(high - low))
        {
            return [low];
        }

        var step = Step((high - low) / Math.Max(1, count));
        var first = Math.Ceiling((low / step) - 1e-9);
        var last = Math.Floor((high / step) + 1e-9);
        return [.. Enumerable.Range(0, (int)Math.Min(100, last - first + 1)).Select(i => Rounded((first + i) * step, step))];
    }

    /// <summary>The smallest step of 1, 2 or 5 times a power of ten that is no less than <paramref name="least"/>.</summary>
    public static double Step(double least)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(least)));
        var factor = least / power;
        return power * (factor <= 1.0000001 ? 1 : factor <= 2.0000001 ? 2 : factor <= 5.0000001 ? 5 : 10);
    }

    /// <summary>A tick's label: 0.25, 9, 20k, 1.5M.</summary>
    public static string Text(double value) => Math.Abs(value) switch
    {
        >= 1e9 => Short(value / 1e9, "B"),
        >= 1e6 => Short(value / 1e6, "M"),
        >= 1e4 => Short(value / 1e3, "k"),
        _ => Short(value, ""),
    };

    private static string Short(double value, string suffix) => value.ToString("0.######", CultureInfo.InvariantCulture) + suffix;

    // 3 × 0.1 is 0.30000000000000004: a label must not show that.
    private static double Rounded(double value, double step)
    {
        var digits = Math.Clamp((int)-Math.Floor(Math.Log10(step)) + 1, 0, 15);
        return Math.Round(value, digits) + 0.0;
    }
}
