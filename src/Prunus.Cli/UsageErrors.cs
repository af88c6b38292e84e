using System.CommandLine;
using System.CommandLine.Parsing;
using Prunus.Runs;

namespace Prunus.Cli;

/// <summary>The first fault of a parsed command line as <c>what: problem; remedy</c>.</summary>
internal static class UsageErrors
{
    public static string? Find(ParseResult parse)
    {
        var command = parse.CommandResult.Command;
        var help = $"see {Path(command)} --help";
        if (UnknownOption(parse) is { } option)
        {
            var known = Names(parse.CommandResult).Where(n => n.StartsWith("--", StringComparison.Ordinal));
            return $"{option}: no such option of '{Path(command)}'; {DidYouMean(option, known) ?? help}";
        }

        if (parse.UnmatchedTokens is [var word, ..])
        {
            return command.Subcommands.Count > 0
                ? $"{word}: no such verb; {DidYouMean(word, command.Subcommands.Where(c => !c.Hidden).Select(c => c.Name)) ?? help}"
                : $"{word}: one argument too many for '{Path(command)}'; {help}";
        }

        return parse.Errors is [var error, ..] ? Describe(error, help) : null;
    }

    /// <summary>The command with its parents, as typed.</summary>
    public static string Path(Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault() is { } parent ? $"{Path(parent)} {command.Name}" : "prunus";

    // The parser takes an unknown '--x' for an argument where one is expected; nobody means that unless it follows '--'.
    private static string? UnknownOption(ParseResult parse)
    {
        var end = parse.Tokens.ToList().FindIndex(t => t.Type == TokenType.DoubleDash);
        var plain = parse.CommandResult.Children.OfType<ArgumentResult>().SelectMany(a => a.Tokens).Select(t => t.Value).Concat(parse.UnmatchedTokens);
        var protectedWords = end < 0 ? [] : parse.Tokens.Skip(end + 1).Select(t => t.Value).ToHashSet(StringComparer.Ordinal);
        return plain.FirstOrDefault(v => v.Length > 1 && v[0] == '-' && !protectedWords.Contains(v))?.Split('=')[0];
    }

    private static string Describe(ParseError error, string help)
    {
        var (subject, missing) = error.SymbolResult switch
        {
            OptionResult o => (o.Option.Name, OptionFault(o)),
            ArgumentResult { Parent: OptionResult o } => (o.Option.Name, OptionFault(o)),
            ArgumentResult a => (a.Argument.Name, a.Tokens.Count == 0 ? "is missing" : null),
            CommandResult c when c.Command.Options.FirstOrDefault(o => o.Required && c.GetResult(o) is null) is { } o => (o.Name, "is missing"),
            CommandResult { Command: { Subcommands.Count: > 0 } group } => (Path(group)["prunus ".Length..], $"needs a verb: {string.Join(", ", group.Subcommands.Where(s => !s.Hidden).Select(s => s.Name))}"),
            _ => ("command line", null),
        };
        var problem = missing ?? error.Message.TrimEnd('.');
        return problem.Contains("; ", StringComparison.Ordinal) ? $"{subject}: {problem}" : $"{subject}: {problem}; {help}";
    }

    private static string? OptionFault(OptionResult option) =>
        option.Implicit ? "is missing" : option.Tokens.Count == 0 ? "needs a value" : option.Tokens.Count > option.Option.Arity.MaximumNumberOfValues ? "was given more than once" : null;

    private static IEnumerable<string> Names(CommandResult result) =>
        result.Command.Options.Concat(Root.Command.Options.Where(o => o.Recursive)).SelectMany(o => o.Aliases.Prepend(o.Name));

    private static string? DidYouMean(string word, IEnumerable<string> known) =>
        NearestName.Find(word, known) is { } near ? $"did you mean '{near}'?" : null;
}
