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
}
