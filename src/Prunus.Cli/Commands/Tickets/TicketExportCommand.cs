using Prunus.Cli.Options;
using Prunus.Lottery.Tickets;

namespace Prunus.Cli.Commands.Tickets;

/// <summary><c>prunus ticket export FILE --out X.safetensors</c>: the net a ticket starts from.</summary>
internal static class TicketExportCommand
{
    public static Verb Create() => new("export", "Writes the net a ticket starts from: weights × mask under PyTorch's names and each mask as NAME.mask; of a decoder a checkpoint folder with the ticket in it.")
    {
        Arguments = { TicketCommand.File },
        Options = { SharedOptions.Out, TicketDecoder.Net, RecipeCommand.Model },
        Examples = ["ticket export a.ticket --out start.safetensors", "ticket export decoder.ticket --out start"],
        Run = Run,
    };

    private static int Run(VerbContext context)
    {
        var path = context.Value(TicketCommand.File);
        var ticket = TicketFile.Read(path);
        if (TicketDecoders.Is(ticket))
        {
            return Decoder(context, ticket, path);
        }

        TicketCommand.RefuseFor("a ticket of an image net", context, TicketDecoder.Net, RecipeCommand.Model);
        var output = OutputFile.Of(context, path);
        TensorSetup.Apply(context);
        TicketWeights.Export(ticket, path, output);
        TicketResult.Write(context, ticket, output);
        return ExitCode.Done;
    }

    private static int Decoder(VerbContext context, Ticket ticket, string path)
    {
        var (folder, sources) = (TicketDecoder.Folder(context), RecipeCommand.Sources(context, null));
        var architecture = TicketDecoder.Of(ticket, path, context.Given(TicketDecoder.Net) ? context.Value(TicketDecoder.Net) : null, sources);
        using var model = TicketDecoder.Model(architecture, path, sources);
        TensorSetup.Apply(context);
        TicketCheckpoints.Export(ticket, architecture, path, model, folder);
        TicketResult.Write(context, ticket, folder);
        return ExitCode.Done;
    }
}
