using System.CommandLine;
using Prunus.Cli.Options;

namespace Prunus.Cli.Commands.Tickets;

/// <summary><c>prunus ticket …</c>: lottery tickets and their files. Each subcommand has a file of its own.</summary>
internal static class TicketCommand
{
    /// <summary>A ticket file.</summary>
    public static Argument<string> File { get; } = new("FILE") { Description = "Ticket (.ticket)." };

    /// <summary>Weights of a net.</summary>
    public static Option<string> Weights { get; } =
        ParsedOption.Create<string>("--weights", "FILE", "Weights of the net: safetensors under PyTorch's names; of a decoder a checkpoint (folder or .gguf).", ParsedOption.Text);

    public static Verb Create()
    {
        var group = new Verb("ticket", "Lottery tickets: their search, controls beside one, what a file holds, its weights, masks on other weights, accuracy. Of image nets and decoders.")
        {
            Examples = ["ticket find --net lenet-300-100 --data mnist --out found", "ticket info a.ticket", "ticket export a.ticket --out start.safetensors", "ticket evaluate a.ticket --weights trained.safetensors --data mnist"],
        };
        foreach (var verb in (Verb[])[TicketFindCommand.Create(), TicketBranchCommand.Create(), TicketInfoCommand.Create(), TicketExportCommand.Create(), TicketApplyCommand.Create(), TicketEvaluateCommand.Create()])
        {
            group.Subcommands.Add(verb);
        }

        return group;
    }

    /// <summary>Whether weights are a checkpoint, not a file of tensors.</summary>
    public static bool IsCheckpoint(string weights) => Directory.Exists(weights) || weights.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase);

    /// <summary>Refuses options that another kind of net has.</summary>
    /// <param name="what">What has them not.</param>
    /// <param name="context">Of the verb.</param>
    /// <param name="options">They.</param>
    /// <exception cref="PrunusInputException">One is given.</exception>
    public static void RefuseFor(string what, VerbContext context, params IEnumerable<Option> options)
    {
        if (options.FirstOrDefault(context.Given) is { } given)
        {
            throw new PrunusInputException(given.Name, $"does not go with {what}", $"leave out {given.Name}");
        }
    }
}
