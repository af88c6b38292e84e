using Spectre.Console;

namespace Prunus.Cli.Views;

/// <summary>The two streams and what they can show.</summary>
/// <param name="Out">Results.</param>
/// <param name="Error">Progress and errors.</param>
/// <param name="Colour">Whether results may carry colour.</param>
/// <param name="LiveProgress">Whether progress may redraw its line.</param>
internal sealed record Terminal(TextWriter Out, TextWriter Error, bool Colour, bool LiveProgress)
{
    /// <summary>Looks at the streams and at <c>NO_COLOR</c>, <c>TERM</c> and <c>CI</c>.</summary>
    public static Terminal For(TextWriter output, TextWriter error, bool noColor)
    {
        var plain = noColor || !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) || Environment.GetEnvironmentVariable("TERM") is "dumb";
        var colour = !plain && ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected;
        var live = ReferenceEquals(error, Console.Error) && !Console.IsErrorRedirected
            && Environment.GetEnvironmentVariable("TERM") is not "dumb" && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("CI"));
        return new(output, error, colour, live);
    }

    /// <summary>A console for rendered output on <see cref="Out"/>; only for streams with colour.</summary>
    public IAnsiConsole Rendered() => AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Out), Ansi = Colour ? AnsiSupport.Yes : AnsiSupport.No });
}
