using System.CommandLine;
using System.CommandLine.Parsing;
using Prunus.Cli.Options;
using Prunus.Cli.Views;

namespace Prunus.Cli;

/// <summary>Runs one command line inside this process: parse, act, and turn whatever happens into an exit code.</summary>
internal static class CommandLine
{
    // A prompt may well begin with '@': no response files.
    private static readonly ParserConfiguration Configuration = new() { ResponseFileTokenReplacer = null };

    /// <summary>Runs <paramref name="arguments"/> and returns the exit code. Results are written to <paramref name="output"/>, progress and the one
    /// error line to <paramref name="error"/>.</summary>
    public static int Run(string[] arguments, TextWriter output, TextWriter error, CancellationToken cancellation)
    {
        if (arguments is ["--version", ..])
        {
            output.WriteLine(ToolVersion.Text);
            return ExitCode.Done;
        }

        var parse = Root.Command.Parse(arguments, Configuration);
        if (parse.Tokens is [{ Type: TokenType.Directive }, ..])
        {
            return parse.Invoke(new InvocationConfiguration { Output = output, Error = error });
        }

        var command = parse.CommandResult.Command;
        if (parse.GetValue(GlobalOptions.Help) || arguments.Length == 0)
        {
            HelpView.Write(command, output);
            return ExitCode.Done;
        }

        if (UsageErrors.Find(parse) is { } fault)
        {
            error.WriteLine($"prunus: {fault}");
            return ExitCode.BadInput;
        }

        if (command is not Verb { Run: { } run })
        {
            HelpView.Write(command, error);
            return ExitCode.BadInput;
        }

        var terminal = Terminal.For(output, error, parse.GetValue(GlobalOptions.NoColor));
        var context = new VerbContext(parse, arguments, terminal, cancellation);
        try
        {
            return run(context);
        }
        catch (Exception exception) when (Failure.Of(exception, context.ResumeHint) is var failure)
        {
            error.WriteLine($"prunus: {failure.Line}");
            if (parse.GetValue(GlobalOptions.Verbose))
            {
                error.WriteLine(exception);
            }

            return failure.ExitCode;
        }
    }
}
