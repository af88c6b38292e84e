using System.Text.Json.Nodes;
using Prunus.Decoders;

namespace Prunus.Lottery.Tickets;

/// <summary>Decoders that tickets are of. An architecture's name says too little to build it, so that a ticket's file carries config.json and the net's name in studies.</summary>
public static class TicketDecoders
{
    private const string NetKey = "net", ConfigKey = "config", Prefix = "decoder-";

    /// <summary>Whether a ticket is of a decoder.</summary>
    public static bool Is(Ticket ticket) => ticket.Architecture.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>What a ticket's file says of its decoder.</summary>
    public static JsonObject Notes(string net, JsonObject config) => new() { [NetKey] = net, [ConfigKey] = config.DeepClone() };

    /// <summary>The decoder that a ticket's file tells of; null where it is none, or an older version wrote the file.</summary>
    /// <param name="ticket">The ticket.</param>
    /// <param name="subject">What errors name: its file.</param>
    /// <exception cref="PrunusInputException">What it tells is no decoder, or not the ticket's.</exception>
    public static DecoderTicketArchitecture? Of(Ticket ticket, string subject)
    {
        if (!Is(ticket) || ticket.Metadata[ConfigKey] is not JsonObject json)
        {
            return null;
        }

        var config = DecoderConfig.FromHuggingFace(json, subject);
        var net = ticket.Metadata[NetKey] is JsonValue text && text.TryGetValue<string>(out var name) ? name : null;
        var architecture = new DecoderTicketArchitecture(config) { Net = net, Json = (JsonObject)json.DeepClone() };
        return architecture.Name != ticket.Architecture
            ? throw new PrunusInputException(subject, $"is a ticket of {ticket.Architecture} with the config.json of {architecture.Name}", "find the ticket again")
            : architecture.Tensors.Sum(t => t.ElementCount) > TicketHeader.MostElements
            ? throw new PrunusInputException(subject, $"tells of a decoder of more than {TicketHeader.MostElements} weights", "use a smaller one")
            : architecture;
    }
}
