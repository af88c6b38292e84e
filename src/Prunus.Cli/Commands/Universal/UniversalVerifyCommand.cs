using System.CommandLine;
using System.Text.Json.Nodes;
using Prunus.Cli.Options;
using Prunus.Cli.Views;
using Prunus.Lottery.Tickets;
using Prunus.Lottery.Universal;

namespace Prunus.Cli.Commands.Universal;

/// <summary><c>prunus universal verify T</c>: errors of the features, measured and certified, and what is kept.</summary>
internal static class UniversalVerifyCommand
{
    private static readonly Option<int> Points = ParsedOption.Create("--points", "N", "Points that errors are measured on: a grid for one input, else random ones and corners.", ParsedOption.Count(2, 10_000_000), UniversalError.DefaultPoints);

    public static Verb Create() => new("verify", "Rebuilds the net of a universal ticket and sets its features beside what they are meant to be. Exit code 3 if the net is another, a bound fails or ε is missed.")
    {
        Arguments = { UniversalCommand.File },
        Options = { Points },
        Examples = ["universal verify p.ticket", "universal verify p.ticket --points 100000"],
        Run = Run,
    };

    private static int Run(VerbContext context)
    {
        var path = context.Value(UniversalCommand.File);
        var ticket = UniversalTicket.From(TicketFile.Read(path), path);
        if (Rebuilt(context, ticket, path) is not { } backbone)
        {
            return ExitCode.CheckFailed;
        }

        var found = UniversalVerification.Measure(backbone, context.Required(Points), context.Required(GlobalOptions.Seed));
        var (rebuilt, within) = (backbone.Digest() == backbone.Ticket.Digest, found.Error <= backbone.Ticket.Shape.Epsilon);
        UniversalView.WriteVerified(context, path, backbone, found, rebuilt);
        foreach (var (holds, problem) in new[]
        {
            (rebuilt, "its net is not the one that was compiled, to the last bit; compile it again"),
            (found.Holds, "a measured error is above the certified bound; report the ticket"),
            (within, $"its features are farther off than its ε, {backbone.Ticket.Shape.Epsilon}; it was compiled with --allow-unreached"),
        })
        {
            if (!holds)
            {
                context.Error.WriteLine($"prunus: {path}: {problem}");
            }
        }

        return rebuilt && found.Holds && within ? ExitCode.Done : ExitCode.CheckFailed;
    }

    // Masks over another random net mostly keep what no backbone does: that is no bad file, but a net that is not the compiled one.
    private static UniversalBackbone? Rebuilt(VerbContext context, UniversalTicket ticket, string path)
    {
        try
        {
            return new UniversalBackbone(ticket, path);
        }
        catch (PrunusInputException fault)
        {
            if (context.Json)
            {
                context.WriteJson(new JsonObject { ["schema"] = UniversalView.VerificationSchema, ["rebuilt"] = false, ["holds"] = false, ["digest"] = ticket.Digest });
            }

            context.Error.WriteLine($"prunus: {fault.Message}");
            return null;
        }
    }
}
