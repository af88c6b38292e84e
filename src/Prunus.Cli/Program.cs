using Prunus.Cli;

// Before anything else is touched: printing a version must not cost the parser's JIT time.
if (args is ["--version"])
{
    Console.WriteLine(ToolVersion.Text);
    return ExitCode.Done;
}

using var interruption = Interruption.Listen();
return CommandLine.Run(args, Console.Out, Console.Error, interruption.Token);
