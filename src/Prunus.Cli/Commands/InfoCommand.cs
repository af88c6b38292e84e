using Prunus.Checkpoints;
using Prunus.Cli.Options;
using Prunus.Cli.Views;

namespace Prunus.Cli.Commands;

/// <summary><c>prunus info CKPT</c>: what a checkpoint holds, from its headers alone.</summary>
internal static class InfoCommand
{
    public static Verb Create() => new("info", "Shows what a checkpoint holds: parameters, bytes, layers, prunable axes. Reads headers only.")
    {
        Arguments = { SharedOptions.Checkpoint },
        Examples = ["info SmolLM2-135M-Instruct.Q4_1.gguf", "info ./my-model --json"],
        Run = Run,
    };

    private static int Run(VerbContext context)
    {
        using var checkpoint = Checkpoint.Open(context.Value(SharedOptions.Checkpoint));
        var summary = CheckpointSummary.Of(checkpoint);
        if (context.Json)
        {
            context.WriteJson(summary.ToJson());
        }
        else
        {
            InfoView.Write(context.Terminal, summary);
        }

        return ExitCode.Done;
    }
}
