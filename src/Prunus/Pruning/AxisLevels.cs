using Prunus.Decoders;

namespace Prunus.Pruning;

/// <summary>One width that an axis may take.</summary>
/// <param name="Factor">Share of the donor's width.</param>
/// <param name="PerLayer">Width of each donor layer.</param>
internal sealed record AxisLevel(double Factor, int[] PerLayer);

/// <summary>The widths that an axis may take in a search, ascending; the donor's own is the last. Layers of different widths shrink in step.</summary>
internal static class AxisLevels
{
    /// <summary>Widths of the residual stream: the multiples of <paramref name="roundTo"/> below the donor's.</summary>
    public static IReadOnlyList<int> Hidden(int donor, int? given, int roundTo, bool free)
    {
        if (given is { } width)
        {
            return [AtMost(width, donor, "--hidden")];
        }

        return free ? [.. Enumerable.Range(1, (donor - 1) / roundTo).Select(i => i * roundTo), donor] : [donor];
    }

    public static IReadOnlyList<int> Layers(int donor, int? given, bool free) =>
        given is { } count ? [AtMost(count, donor, "--layers")] : free ? [.. Enumerable.Range(1, donor)] : [donor];

    public static IReadOnlyList<AxisLevel> Ffn(DecoderConfig donor, int? given, int roundTo, bool free)
    {
        var widths = donor.Layers.Select(l => l.Ffn).ToArray();
        return Steps(widths, given, free, "--ffn", roundTo);
    }

    public static IReadOnlyList<AxisLevel> KvGroups(DecoderConfig donor, int? given, bool free) =>
        Steps([.. donor.Layers.Select(l => l.KvGroups)], given, free, "--kv-groups", 1);

    /// <summary>Query heads that each kept kv group keeps.</summary>
    /// <param name="donor">The donor.</param>
    /// <param name="given">Query heads of a layer, all groups together.</param>
    /// <param name="groups">Kv groups that stay in each layer; looked at only with <paramref name="given"/>.</param>
    /// <param name="free">Whether a budget may choose.</param>
    public static IReadOnlyList<AxisLevel> HeadsPerGroup(DecoderConfig donor, int? given, int[] groups, bool free)
    {
        int[] shares = [.. donor.Layers.Select(l => l.QueryHeads / l.KvGroups)];
        if (given is not { } heads)
        {
            return Steps(shares, null, free, "--heads", 1);
        }

        for (var i = 0; i < groups.Length; i++)
        {
            if (heads % groups[i] != 0 || heads / groups[i] > shares[i])
            {
                var possible = string.Join(", ", Enumerable.Range(1, shares[i]).Select(s => s * groups[i]));
                throw new PrunusInputException("--heads", $"is {heads}, but every one of {groups[i]} kv groups must keep the same number of heads", $"give one of {possible}");
            }
        }

        return [new AxisLevel((double)heads / (groups[0] * shares[0]), [.. groups.Select(g => heads / g)])];
    }

    private static IReadOnlyList<AxisLevel> Steps(int[] widths, int? given, bool free, string option, int roundTo)
    {
        var widest = widths.Max();
        if (given is { } width)
        {
            _ = AtMost(width, widest, option);
            return [new AxisLevel((double)width / widest, [.. widths.Select(w => Math.Min(w, width))])];
        }

        var whole = new AxisLevel(1, widths);
        return free
            ? [.. Enumerable.Range(1, (widest - 1) / roundTo).Select(i => Scaled(widths, (double)i * roundTo / widest, roundTo)), whole]
            : [whole];
    }

    private static AxisLevel Scaled(int[] widths, double factor, int roundTo) => new(
        factor,
        [.. widths.Select(w => Math.Clamp((int)Math.Round(w * factor / roundTo) * roundTo, Math.Min(roundTo, w), w))]);

    private static int AtMost(int width, int donor, string option) => width <= donor
        ? width
        : throw new PrunusInputException(option, $"is {width}, the donor has {donor}", $"give {donor} at most");
}
