using System.CommandLine;
using Prunus.Cli.Commands;
using Prunus.Cli.Commands.Strong;
using Prunus.Cli.Commands.Tickets;
using Prunus.Cli.Commands.Universal;
using Prunus.Cli.Options;

namespace Prunus.Cli;

/// <summary>The tool's command: a literal list of verbs, in the order of the help.</summary>
internal static class Root
{
    // Built once: options are shared symbols, and a symbol must not be given a new parent on every run.
    public static RootCommand Command { get; } = Create();

    public static IReadOnlyList<string> Examples { get; } =
    [
        "info SmolLM2-135M-Instruct.Q4_1.gguf",
        "shrink SmolLM2-135M-Instruct.Q4_1.gguf --keep 60% --text stories.txt --out small",
        "generate small --prompt \"Once upon a time\"",
        "perplexity small --text heldout.txt",
        "compare runs/shrink-1f2e3d4c runs/shrink-5a6b7c8d",
        "report runs/shrink-1f2e3d4c",
    ];

    private static RootCommand Create()
    {
        var root = new RootCommand("Makes neural networks small: prunes and distils language models, finds lottery tickets.");
        root.Options.Clear();
        foreach (var option in GlobalOptions.All)
        {
            root.Options.Add(option);
        }

        foreach (var verb in Verbs())
        {
            root.Subcommands.Add(verb);
        }

        return root;
    }

    private static Command[] Verbs() =>
    [
        DemoCommand.Create(),
        ShrinkCommand.Create(),
        TrainCommand.CreateDistill(),
        TrainCommand.CreateTrain(),
        TrainTokenizerCommand.Create(),
        DoctorCommand.Create(),
        InfoCommand.Create(),
        GenerateCommand.Create(),
        PerplexityCommand.Create(),
        EvalCommand.Create(),
        TraceCommand.Create(),
        TokenizeCommand.Create(),
        ScoreCommand.Create(),
        PlanCommand.Create(),
        PruneCommand.Create(),
        SearchCommand.Create(),
        TicketCommand.Create(),
        StrongCommand.Create(),
        UniversalCommand.Create(),
        DataCommand.Create(),
        RecipeCommand.Create(),
        CompareCommand.Create(),
        ReportCommand.Create(),
        ListCommand.Create(),
        WorkerCommand.Create(),
    ];
}
