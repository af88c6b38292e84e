using System.CommandLine;
using Prunus.Lottery.Tickets;
using Prunus.Lottery.Universal;

namespace Prunus.Cli.Commands.Universal;

/// <summary><c>prunus universal …</c>: features for any task inside a random net.</summary>
internal static class UniversalCommand
{
    /// <summary>The ticket.</summary>
    public static Argument<string> File { get; } = new("TICKET") { Description = "Universal ticket (.ticket) of 'prunus universal compile'." };

    public static Verb Create()
    {
        var group = new Verb("universal", "Universal lottery tickets: features for any task found inside a random net by masks alone; only a last linear layer is trained for each task.")
        {
            Examples = ["universal compile --family polynomial --inputs 2 --degree 3 --out p.ticket", "universal verify p.ticket"],
        };
        group.Subcommands.Add(UniversalCompileCommand.Create());
        group.Subcommands.Add(UniversalVerifyCommand.Create());
        group.Subcommands.Add(UniversalFeaturesCommand.Create());
        return group;
    }

    /// <summary>The backbone of a ticket file.</summary>
    /// <exception cref="PrunusInputException">It is no universal ticket, or keeps what none does.</exception>
    public static UniversalBackbone Read(string path) => new(UniversalTicket.From(TicketFile.Read(path), path), path);
}
