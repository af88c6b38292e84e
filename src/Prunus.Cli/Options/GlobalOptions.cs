using System.CommandLine;

namespace Prunus.Cli.Options;

/// <summary>Options that every verb understands.</summary>
internal static class GlobalOptions
{
    public static Option<bool> Help { get; } = Switch("--help", "-h", "Shows this help.");

    public static Option<bool> Version { get; } = new("--version") { Description = "Prints the version." };

    public static Option<bool> Verbose { get; } = Switch("--verbose", "-v", "Adds the stack trace to an error.");

    public static Option<bool> Quiet { get; } = Switch("--quiet", "-q", "Shows no progress.");

    public static Option<bool> Json { get; } = Switch("--json", null, "Prints one JSON document instead of text.");

    public static Option<bool> NoColor { get; } = Switch("--no-color", null, "No colour (as do NO_COLOR, TERM=dumb and a redirected stream).");

    public static Option<long> Seed { get; } =
        Recursive(ParsedOption.Create("--seed", "N", "Seed of every random choice; the same on CPU and GPU.", ParsedOption.Integer(0, long.MaxValue), 0L));

    public static Option<string> Device { get; } =
        Recursive(ParsedOption.Create("--device", "auto|cpu|cuda[:n]", "Where tensors live; recipe run and search take several: cuda:0,cuda:1.", ParsedOption.DeviceName, "auto"));

    public static Option<int> Threads { get; } =
        Recursive(ParsedOption.Create("--threads", "N", "CPU threads; 0 = one per core.", ParsedOption.Count(0, 1024), 0));

    public static IReadOnlyList<Option> All { get; } = [Help, Version, Verbose, Quiet, Json, NoColor, Seed, Device, Threads];

    private static Option<bool> Switch(string name, string? shortName, string description) =>
        Recursive(new Option<bool>(name, shortName is null ? [] : [shortName]) { Description = description });

    private static Option<T> Recursive<T>(Option<T> option)
    {
        option.Recursive = true;
        return option;
    }
}
