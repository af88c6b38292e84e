using Prunus.Cli.Options;
using Prunus.Lottery.Tickets;

namespace Prunus.Cli.Commands.Tickets;

/// <summary><c>prunus ticket export FILE --out X.safetensors</c>: the net a ticket starts from.</summary>
internal static class TicketExportCommand
{
    public static Verb Create() => new("export", "Writes the net a ticket starts from: weights × mask under PyTorch's names, and each mask as NAME.mask.")
    {
        Arguments = { TicketCommand.File },
        Options = { SharedOptions.Out },
        Examples = ["ticket export a.ticket --out start.safetensors"],
        Run = Run,
    };

    private static int Run(VerbContext context)
    {
        var path = context.Value(TicketCommand.File);
        var output = OutputFile.Of(context, path);
        var ticket = TicketFile.Read(path);
        TensorSetup.Apply(context);
        TicketWeights.Export(ticket, path, output);
        TicketResult.Write(context, ticket, output);
        return ExitCode.Done;
    }
}
