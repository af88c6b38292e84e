using System.Globalization;

namespace Prunus.Recipes;

/// <summary>How many units of an axis stay: a number, or a share of the donor's such as <c>67%</c>, so that one recipe fits donors of all sizes.</summary>
public sealed record Width
{
    private readonly double? _share;
    private readonly int _count;

    private Width(double? share, int count) => (_share, _count) = (share, count);

    /// <exception cref="PrunusInputException">It is neither.</exception>
    public static Width Parse(string text)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0)
        {
            return new(null, count);
        }

        return text.EndsWith('%') && double.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.Float, CultureInfo.InvariantCulture, out var share) && share is > 0 and <= 100
            ? new(share / 100, 0)
            : throw new PrunusInputException("width", $"'{text}' is neither a number nor a share", "write e.g. 96 or 67%");
    }

    /// <summary>Units that stay of <paramref name="donor"/>; a share is rounded to a multiple of <paramref name="step"/>, at least one step.</summary>
    public int Of(int donor, int step) => _share is { } share ? Math.Min(donor, Math.Max(step, (int)Math.Round(share * donor / step) * step)) : _count;
}
