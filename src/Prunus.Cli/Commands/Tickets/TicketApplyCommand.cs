using Prunus.Checkpoints;
using Prunus.Cli.Options;
using Prunus.Lottery.Tickets;

namespace Prunus.Cli.Commands.Tickets;

/// <summary><c>prunus ticket apply FILE --weights W --out X</c>: masks on other weights. Loads no libtorch.</summary>
internal static class TicketApplyCommand
{
    public static Verb Create() => new("apply", "Writes given weights of the same net with what the ticket prunes set to 0, and each mask as NAME.mask; of a decoder's checkpoint another checkpoint with the ticket in it.")
    {
        Arguments = { TicketCommand.File },
        Options = { TicketCommand.Weights, SharedOptions.Out },
        Examples = ["ticket apply a.ticket --weights trained.safetensors --out masked.safetensors", "ticket apply decoder.ticket --weights trained --out masked"],
        Run = Run,
    };

    private static int Run(VerbContext context)
    {
        var (path, weights) = (context.Value(TicketCommand.File), context.Need(TicketCommand.Weights));
        var ticket = TicketFile.Read(path);
        if (TicketDecoders.Is(ticket) && TicketCommand.IsCheckpoint(weights))
        {
            var folder = TicketDecoder.Folder(context);
            using var checkpoint = Checkpoint.Open(weights);
            TicketCheckpoints.Apply(ticket, path, checkpoint, folder);
            TicketResult.Write(context, ticket, folder);
            return ExitCode.Done;
        }

        var output = OutputFile.Of(context, path, weights);
        TicketWeights.Apply(ticket, path, weights, output);
        TicketResult.Write(context, ticket, output);
        return ExitCode.Done;
    }
}
