using System.Globalization;

namespace Prunus.Cli.Options;

/// <summary>Seeds as an option takes them: <c>1,2,3</c> or <c>1..5</c>.</summary>
internal static class SeedList
{
    private const int Most = 1000;

    /// <summary>The numbers, in their order.</summary>
    /// <exception cref="PrunusInputException">One is no whole number from 0, a seed is there twice, or there are none or more than a thousand.</exception>
    public static IReadOnlyList<long> Parse(string option, string text)
    {
        long[] seeds = [.. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).SelectMany(part => Part(option, part))];
        return seeds.Length is 0 or > Most ? throw Fault(option, $"'{text}' holds {seeds.Length} seeds", $"give 1 to {Most}, such as 1,2,3 or 1..5")
            : seeds.GroupBy(s => s).FirstOrDefault(g => g.Count() > 1)?.Key is { } twice ? throw Fault(option, $"has {twice} twice", "give each seed once: the same seed gives the same numbers")
            : seeds;
    }

    private static IEnumerable<long> Part(string option, string part) => part.Split("..") switch
    {
        [var one] => [Number(option, one, part)],
        [var first, var last] when Number(option, first, part) is var from && Number(option, last, part) is var to =>
            to - from is >= 0 and < Most ? Enumerable.Range(0, (int)(to - from) + 1).Select(i => from + i)
            : throw Fault(option, $"has the range '{part}'", $"write the lower seed first, and {Most} seeds at most, such as 1..5"),
        _ => throw Fault(option, $"has '{part}'", "write 1,2,3 or 1..5"),
    };

    private static long Number(string option, string text, string part) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seed)
        ? seed
        : throw Fault(option, $"has '{part}'", "write whole numbers from 0, such as 1,2,3 or 1..5");

    private static PrunusInputException Fault(string option, string problem, string remedy) => new(option, problem, remedy);
}
