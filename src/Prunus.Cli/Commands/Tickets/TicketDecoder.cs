using System.CommandLine;
using Prunus.Checkpoints;
using Prunus.Cli.Options;
using Prunus.Lottery;
using Prunus.Lottery.Experiments.Materials;
using Prunus.Lottery.Tickets;
using Prunus.Recipes;

namespace Prunus.Cli.Commands.Tickets;

/// <summary>The decoder of a ticket, as its file or <c>--net</c> says.</summary>
internal static class TicketDecoder
{
    /// <summary>The decoder of a ticket whose file does not tell.</summary>
    public static Option<string> Net { get; } = ParsedOption.Create<string>(
        "--net", "NET", "Decoder of a ticket whose file does not tell: decoder:MODEL, decoder:demo:layers=2.", ParsedOption.Text);

    /// <summary>The architecture of a decoder's ticket.</summary>
    /// <param name="ticket">The ticket.</param>
    /// <param name="path">Its file.</param>
    /// <param name="net">What <c>--net</c> says, or null.</param>
    /// <param name="sources">Where models lie.</param>
    /// <exception cref="PrunusInputException">Neither the file nor the option tells, both do, or the option tells of another decoder.</exception>
    public static DecoderTicketArchitecture Of(Ticket ticket, string path, string? net, RecipeSources sources)
    {
        if (TicketNets.Architecture(ticket, path) is DecoderTicketArchitecture told)
        {
            return net is null ? told : throw new PrunusInputException(Net.Name, $"is said by the ticket, which is of {told.Net ?? ticket.Architecture}", "leave out --net");
        }

        if (net is null)
        {
            throw new PrunusInputException(path, $"is of {ticket.Architecture} and does not tell of which model", "add --net decoder:MODEL, with the sizes that the search had");
        }

        var decoder = StudyDecoder.Parse(net);
        var architecture = decoder.Architecture(sources.ModelPath(decoder.Model));
        return architecture.Name == ticket.Architecture ? architecture
            : throw new PrunusInputException(Net.Name, $"{net} is {architecture.Name}, the ticket is of {ticket.Architecture}", "give the net that the search had");
    }

    /// <summary>The checkpoint whose tokenizer a decoder has.</summary>
    /// <param name="architecture">The decoder.</param>
    /// <param name="path">The ticket's file.</param>
    /// <param name="sources">Where models lie.</param>
    /// <exception cref="PrunusInputException">It is not there.</exception>
    public static Checkpoint Model(DecoderTicketArchitecture architecture, string path, RecipeSources sources) => architecture.Net is { } net
        ? Checkpoint.Open(sources.ModelPath(StudyDecoder.Parse(net).Model))
        : throw new PrunusInputException(path, "does not tell whose tokenizer its decoder has", "find the ticket again");

    /// <summary>The folder of <c>--out</c>, looked at before the work whose result goes there.</summary>
    /// <exception cref="PrunusInputException">It is missing, a file, or holds something.</exception>
    public static string Folder(VerbContext context)
    {
        var folder = context.Need(SharedOptions.Out);
        CheckpointWriter.RequireFree(folder);
        return folder;
    }
}
