using Prunus.Cli.Options;
using Prunus.Lottery.Tickets;

namespace Prunus.Cli.Commands.Tickets;

/// <summary><c>prunus ticket apply FILE --weights W --out X</c>: masks on other weights. Loads no libtorch.</summary>
internal static class TicketApplyCommand
{
    public static Verb Create() => new("apply", "Writes given weights of the same net with what the ticket prunes set to 0, and each mask as NAME.mask.")
    {
        Arguments = { TicketCommand.File },
        Options = { TicketCommand.Weights, SharedOptions.Out },
        Examples = ["ticket apply a.ticket --weights trained.safetensors --out masked.safetensors"],
        Run = Run,
    };

    private static int Run(VerbContext context)
    {
        var (path, weights) = (context.Value(TicketCommand.File), context.Need(TicketCommand.Weights));
        var output = OutputFile.Of(context, path, weights);
        var ticket = TicketFile.Read(path);
        TicketWeights.Apply(ticket, path, weights, output);
        TicketResult.Write(context, ticket, output);
        return ExitCode.Done;
    }
}
