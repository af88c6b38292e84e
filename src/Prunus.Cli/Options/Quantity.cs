using System.Globalization;

namespace Prunus.Cli.Options;

/// <summary>Numbers as people write them: <c>65M</c>, <c>1.5B</c>, <c>6e7</c>, <c>60%</c>.</summary>
internal static class Quantity
{
    private const double Beyond = 9223372036854775808.0;
    private const NumberStyles Styles = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    /// <summary>A whole number with an optional suffix k, M, B (or G), T (powers of 1000). What it denotes must be whole: <c>1.5k</c> is, <c>0.5</c> is not.</summary>
    public static bool TryCount(string text, out long value)
    {
        value = 0;
        if (text.Length == 0)
        {
            return false;
        }

        var unit = Unit(text[^1]);
        var digits = unit == 1m ? text : text[..^1];
        if (!decimal.TryParse(digits, Styles, CultureInfo.InvariantCulture, out var number)
            || Math.Abs(number) > long.MaxValue / unit)
        {
            return false;
        }

        number *= unit;
        value = decimal.IsInteger(number) ? (long)number : 0;
        return decimal.IsInteger(number);
    }

    /// <summary>Whether a text is a number as <see cref="TryCount"/> takes it, but of more than 63 bits: those are all whole.</summary>
    public static bool IsBeyond(string text)
    {
        var unit = text.Length == 0 ? 1 : Unit(text[^1]);
        return !TryCount(text, out _) && double.TryParse(unit == 1 ? text : text.AsSpan(0, text.Length - 1), Styles, CultureInfo.InvariantCulture, out var number)
            && double.IsFinite(number) && Math.Abs(number) * (double)unit >= Beyond;
    }

    /// <summary>A share: <c>60%</c> or <c>0.6</c>.</summary>
    public static bool TryShare(string text, out double value)
    {
        var percent = text.EndsWith('%');
        var read = double.TryParse(percent ? text[..^1] : text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
        value = percent ? value / 100 : value;
        return read && double.IsFinite(value);
    }

    private static decimal Unit(char suffix) => suffix switch { 'k' or 'K' => 1e3m, 'M' => 1e6m, 'B' or 'G' => 1e9m, 'T' => 1e12m, _ => 1m };
}
