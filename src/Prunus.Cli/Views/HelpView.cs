using System.CommandLine;
using Prunus.Cli.Options;

namespace Prunus.Cli.Views;

/// <summary>Help of a verb or of the tool: examples first, since they are what people look for.</summary>
internal static class HelpView
{
    private const int Width = 100;

    public static void Write(Command command, TextWriter output)
    {
        var examples = command is Verb verb ? verb.Examples : Root.Examples;
        output.WriteLine("Examples:");
        foreach (var example in examples)
        {
            output.WriteLine($"  prunus {example}");
        }

        output.WriteLine();
        output.WriteLine(command.Description);
        output.WriteLine();
        output.WriteLine($"Usage: {Usage(command)}");
        Section(output, "Verbs", command.Subcommands.Where(c => !c.Hidden).Select(c => (c.Name, c.Description)));
        Section(output, "Arguments", command.Arguments.Select(a => (a.Name, a.Description)));
        Section(output, "Options", command is RootCommand ? [] : command.Options.Where(o => !o.Hidden).Select(Row));
        Section(output, "Options of every verb", GlobalOptions.All.Where(o => o.Recursive || command is RootCommand).Select(Row));
        if (command.Subcommands.Count > 0)
        {
            output.WriteLine();
            output.WriteLine($"{UsageErrors.Path(command)} VERB --help says more of a verb. Results go to standard output, progress to standard error.");
            output.WriteLine("Exit codes: 0 done, 1 the run failed, 2 bad input or usage, 3 a check failed, 130 cancelled.");
        }
    }

    private static string Usage(Command command)
    {
        var path = UsageErrors.Path(command);
        return command.Subcommands.Count > 0
            ? $"{path} VERB [options]"
            : string.Join(' ', command.Arguments.Select(ArgumentUsage).Prepend(path).Append("[options]"));
    }

    private static string ArgumentUsage(Argument argument)
    {
        var name = argument.Arity.MaximumNumberOfValues > 1 ? argument.Name + " …" : argument.Name;
        return argument.Arity.MinimumNumberOfValues == 0 ? $"[{name}]" : name;
    }

    private static (string Left, string? Right) Row(Option option)
    {
        var names = string.Join(", ", option.Aliases.Prepend(option.Name).OrderBy(n => n.Length));
        var value = option.ValueType == typeof(bool) ? "" : $" {option.HelpName}";
        var defaults = option is { HasDefaultValue: true, Required: false } && option.ValueType != typeof(bool) && Default(option.GetDefaultValue()) is { Length: > 0 } d
            ? $" [default: {d}]"
            : "";
        return (names + value, option.Description + (option.Required ? " Required." : "") + defaults);
    }

    private static string? Default(object? value) => value switch
    {
        string text => text,
        // Lists of enum values have spellings of their own; their option's description names them.
        System.Collections.IEnumerable values => string.Join(',', values.Cast<object>().Where(v => v is not Enum)),
        _ => FormattableString.Invariant($"{value}"),
    };

    private static void Section(TextWriter output, string title, IEnumerable<(string Left, string? Right)> rows)
    {
        var all = rows.ToList();
        if (all.Count == 0)
        {
            return;
        }

        output.WriteLine();
        output.WriteLine($"{title}:");
        var column = Math.Min(34, all.Max(r => r.Left.Length)) + 4;
        foreach (var (left, right) in all)
        {
            var prefix = $"  {left}".PadRight(column);
            if (prefix.Length > column || prefix[^1] != ' ')
            {
                output.WriteLine(prefix);
                prefix = new string(' ', column);
            }

            foreach (var line in Wrap(right ?? "", Width - column))
            {
                output.WriteLine((prefix + line).TrimEnd());
                prefix = new string(' ', column);
            }
        }
    }

    private static IEnumerable<string> Wrap(string text, int width)
    {
        var line = "";
        foreach (var word in text.Split(' '))
        {
            if (line.Length + word.Length >= width)
            {
                yield return line;
                line = "";
            }

            line += line.Length == 0 ? word : " " + word;
        }

        yield return line;
    }
}
