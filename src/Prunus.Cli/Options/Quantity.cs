using System.Globalization;

namespace Prunus.Cli.Options;

/// <summary>Numbers as people write them: <c>65M</c>, <c>1.5B</c>, <c>6e7</c>, <c>60%</c>.</summary>
internal static class Quantity
{
    /// <summary>A whole number with an optional suffix k, M, B (or G), T (powers of 1000). What it denotes must be whole: <c>1.5k</c> is, <c>0.5</c> is not.</summary>
    public static bool TryCount(string text, out long value)
    {
        value = 0;
        if (text.Length == 0)
        {
            return false;
        }

        var unit = text[^1] switch { 'k' or 'K' => 1e3m, 'M' => 1e6m, 'B' or 'G' => 1e9m, 'T' => 1e12m, _ => 1m };
        var digits = unit == 1m ? text : text[..^1];
        if (!decimal.TryParse(digits, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var number)
            || Math.Abs(number) > long.MaxValue / unit)
        {
            return false;
        }

        number *= unit;
        value = decimal.IsInteger(number) ? (long)number : 0;
        return decimal.IsInteger(number);
    }

    /// <summary>A share: <c>60%</c> or <c>0.6</c>.</summary>
    public static bool TryShare(string text, out double value)
    {
        var percent = text.EndsWith('%');
        var read = double.TryParse(percent ? text[..^1] : text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
        value = percent ? value / 100 : value;
        return read && double.IsFinite(value);
    }
}
