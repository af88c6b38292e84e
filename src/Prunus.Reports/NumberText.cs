using System.Globalization;

namespace Prunus.Reports;

/// <summary>Numbers as reports and console show them. Invariant: a point for decimals everywhere.</summary>
public static class NumberText
{
    /// <summary>Four figures and a suffix of powers of 1000: 134.5M.</summary>
    public static string Count(double value) => Scaled(value, 1000, ["", "k", "M", "B", "T", "P"], "");

    /// <summary>Powers of 1024: 89.6 MiB.</summary>
    public static string Bytes(double value) => Scaled(value, 1024, ["B", "KiB", "MiB", "GiB", "TiB", "PiB"], " ");

    /// <summary>All digits, in groups of three: 134,515,008.</summary>
    public static string Grouped(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A number of things, or a mean of such: 1,720 or 1,720.4.</summary>
    public static string Whole(double value) => value.ToString("#,0.#", CultureInfo.InvariantCulture);

    /// <summary>A measured value with about five figures: losses, perplexities.</summary>
    public static string Value(double value) => Math.Abs(value) switch
    {
        double.NaN => "NaN",
        double.PositiveInfinity => value > 0 ? "inf" : "-inf",
        0 => "0",
        >= 1e6 or < 1e-4 => value.ToString("0.####e+0", CultureInfo.InvariantCulture),
        >= 10_000 => value.ToString("0", CultureInfo.InvariantCulture),
        >= 1000 => value.ToString("0.0", CultureInfo.InvariantCulture),
        >= 100 => value.ToString("0.00", CultureInfo.InvariantCulture),
        >= 10 => value.ToString("0.000", CultureInfo.InvariantCulture),
        _ => value.ToString("0.0000", CultureInfo.InvariantCulture),
    };

    /// <summary>Four figures however small: 0.01234, 2.813e-6. For errors beside an ε that may be anything.</summary>
    public static string Figures(double value) => Math.Abs(value) switch
    {
        0 => "0",
        >= 9999.5 or < 1e-4 => value.ToString("0.###e+0", CultureInfo.InvariantCulture),
        _ => value.ToString("G4", CultureInfo.InvariantCulture),
    };

    /// <summary>A share as percent with one decimal: 60.0%.</summary>
    public static string Percent(double share) => (share * 100).ToString("0.0", CultureInfo.InvariantCulture) + "%";

    private static string Scaled(double value, double step, string[] suffixes, string space)
    {
        var power = 0;
        var magnitude = Math.Abs(value);
        // 999.95 and up would show as 1000 of the smaller unit.
        while (magnitude >= step * 0.99995 && power < suffixes.Length - 1)
        {
            magnitude /= step;
            power++;
        }

        var form = power == 0 && magnitude == Math.Floor(magnitude) ? "0" : magnitude >= 100 ? "0.0" : magnitude >= 10 ? "0.00" : "0.000";
        return (value < 0 ? "-" : "") + magnitude.ToString(form, CultureInfo.InvariantCulture) + space + suffixes[power];
    }
}
