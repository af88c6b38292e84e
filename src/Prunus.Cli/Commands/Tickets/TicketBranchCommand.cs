using System.CommandLine;
using Prunus.Cli.Options;
using Prunus.Lottery.Branches;
using Prunus.Lottery.Tickets;
using Prunus.Recipes;

namespace Prunus.Cli.Commands.Tickets;

/// <summary><c>prunus ticket branch FILE --branch ID --data SET</c>: trains a control of a given ticket beside it.</summary>
internal static class TicketBranchCommand
{
    private static readonly Option<string> Branch = ParsedOption.Create<string>("--branch", "A,B", "Controls: " + string.Join(", ", BranchTransforms.All.Select(b => b.Id)) + ".", ParsedOption.Text);
    private static readonly Option<int> Replicates = ParsedOption.Create("--replicates", "N", "Trainings of each control with a seed; their numbers are averaged.", ParsedOption.Count(1, 1000), 1);

    public static Verb Create() => new Verb("branch", "Trains a ticket and controls of it: new values, moved masks, other orders of images and more; a table of both.")
    {
        Arguments = { TicketCommand.File },
        Options = { Branch, Replicates, TicketDecoder.Net },
        Examples = ["ticket branch found/tickets/search/seed-1/level-07.ticket --branch reinit --replicates 3 --data mnist"],
        Run = Run,
    }.With(TicketTrainingFlags.All);

    private static int Run(VerbContext context)
    {
        var (path, branches, data) = (context.Value(TicketCommand.File), TicketTrainingFlags.Named(Branch, context.Need(Branch)), context.Need(TicketTrainingFlags.Data));
        var ticket = TicketFile.Read(path);
        var net = NetOf(context, ticket, path);
        return TicketTrainingFlags.Run(context, new TicketRecipe("ticket-branch", $"{string.Join(", ", branches)} beside a ticket of {net} on {data}", "What prunus ticket branch was asked for: a given ticket and its controls.", "given")
        {
            Seeds = TicketTrainingFlags.SeedsOf(context),
            Branches = branches,
            Replicates = context.Required(Replicates),
            Keys = new Dictionary<string, object>
            {
                ["net"] = net,
                ["data"] = data,
                ["ticket_file"] = Path.GetFullPath(path),
                ["initialisation"] = ticket.Initialisation,
                ["train"] = TicketTrainingFlags.Train(context, TicketDecoders.Is(ticket)),
                ["cut"] = new Dictionary<string, object> { ["levels"] = new[] { 1 } },
                ["rewind"] = new Dictionary<string, object> { ["to"] = ticket.RewindStep },
            },
        });
    }

    private static string NetOf(VerbContext context, Ticket ticket, string path)
    {
        if (TicketDecoders.Is(ticket))
        {
            var net = context.Given(TicketDecoder.Net) ? context.Value(TicketDecoder.Net) : null;
            return TicketDecoder.Of(ticket, path, net, TicketTrainingFlags.Sources(context)).Net
                ?? throw new PrunusInputException(path, "does not tell whose tokenizer its decoder has", "find the ticket again");
        }

        TicketCommand.RefuseFor("a ticket of an image net", context, TicketDecoder.Net);
        return TicketNets.Config(ticket, path).Id;
    }
}
