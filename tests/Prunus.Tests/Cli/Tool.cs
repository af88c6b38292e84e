using System.Text.Json.Nodes;
using Prunus.Cli;

namespace Prunus.Tests.Cli;

/// <summary>Runs the tool inside the test's process.</summary>
internal static class Tool
{
    public static (int Code, string Out, string Error) Run(params string[] arguments) => Run(CancellationToken.None, arguments);

    public static (int Code, string Out, string Error) Run(CancellationToken cancellation, params string[] arguments)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        var code = CommandLine.Run(arguments, output, error, cancellation);
        return (code, output.ToString(), error.ToString());
    }

    /// <summary>What a call that must go well prints with --json.</summary>
    public static JsonNode Json(params string[] arguments)
    {
        var (code, output, error) = Run([.. arguments, "--json", "--quiet"]);
        Assert.Equal((0, ""), (code, error));
        return JsonNode.Parse(output)!;
    }

    /// <summary>A call whose input is refused, by one line.</summary>
    /// <param name="start">How the line begins, after the tool's name.</param>
    /// <param name="arguments">The call.</param>
    public static void Refused(string start, params string[] arguments)
    {
        var (code, output, error) = Run(arguments);
        Assert.Equal((2, ""), (code, output));
        Assert.StartsWith("prunus: " + start, error, StringComparison.Ordinal);
        Assert.Equal(1, error.Count(c => c == '\n'));
    }
}
