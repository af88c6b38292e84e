using System.Text.Json.Nodes;
using Prunus.Lottery.Masks;
using Prunus.Native;
using Prunus.Vision;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Lottery.Tickets;

/// <summary>From nets to tickets and back.</summary>
public static class TicketNets
{
    /// <summary>The image net of an architecture id such as <c>lenet-300-100:1x28x28:10</c>, or null where the id is of another kind.</summary>
    /// <exception cref="PrunusInputException">The net is not known, or its images are too small.</exception>
    public static VisionConfig? Config(string architecture) => VisionNets.Described(architecture);

    /// <summary>The architecture of a ticket of an image net or a decoder; null where its file does not tell.</summary>
    /// <param name="ticket">The ticket.</param>
    /// <param name="subject">What errors name: the file.</param>
    /// <exception cref="PrunusInputException">Its masks or values don't fit the net.</exception>
    public static ITicketArchitecture? Architecture(Ticket ticket, string subject)
    {
        ITicketArchitecture? architecture = Config(ticket.Architecture) is { } config ? new VisionTicketArchitecture(config) : TicketDecoders.Of(ticket, subject);
        if (architecture is not null)
        {
            TicketFit.Check(ticket, architecture.Tensors, subject);
        }

        return architecture;
    }

    /// <summary>The image net of a ticket.</summary>
    /// <param name="ticket">The ticket.</param>
    /// <param name="subject">What errors name: the file.</param>
    /// <exception cref="PrunusInputException">Its net is no image net, or its masks or values don't fit the net.</exception>
    public static VisionConfig Config(Ticket ticket, string subject)
    {
        var config = Config(ticket.Architecture) ?? throw new PrunusInputException(subject, $"'{ticket.Architecture}' is no image net", "use a ticket of an image net; strong and universal tickets have verbs of their own (prunus strong verify, universal verify)");
        TicketFit.Check(ticket, VisionTicketNet.TensorsOf(config), subject);
        return config;
    }

    /// <summary>The net a ticket starts from, bit for bit: initial or stored values where the mask keeps them, +0 elsewhere.</summary>
    /// <param name="ticket">A ticket of an image net.</param>
    /// <param name="device">Where the tensors shall lie.</param>
    /// <param name="subject">What errors name: the file.</param>
    /// <exception cref="PrunusInputException">As <see cref="Config(Ticket, string)"/>, or the initialisation is not known.</exception>
    public static VisionNet Rebuild(Ticket ticket, Device device, string subject = "ticket") =>
        ((VisionTicketNet)Rebuild(ticket, new VisionTicketArchitecture(Config(ticket, subject)), device, subject)).Net;

    /// <summary>The same for a ticket whose architecture is at hand.</summary>
    /// <param name="ticket">A ticket.</param>
    /// <param name="architecture">Its architecture.</param>
    /// <param name="device">Where the tensors shall lie.</param>
    /// <param name="subject">What errors name: the file.</param>
    /// <exception cref="PrunusInputException">It is a ticket of another net, or the initialisation is not known.</exception>
    public static ITicketNet Rebuild(Ticket ticket, ITicketArchitecture architecture, Device device, string subject = "ticket")
    {
        TicketFit.Check(ticket, architecture.Tensors, subject);
        var drawn = ticket.Values is null ? Drawn(ticket, architecture, subject) : null;
        var stored = ticket.Values?.ToDictionary(v => v.Name, StringComparer.Ordinal);
        return architecture.Create(architecture.Tensors.ToDictionary(t => t.Name, t =>
        {
            var values = drawn?[t.Name] ?? new float[t.ElementCount];
            var mask = ticket.Masks.Covers(t.Name) ? ticket.Masks[t.Name] : null;
            Fill(values, mask, stored is null ? default : stored[t.Name].Values.Span, stored is not null);
            return values;
        }), device);
    }

    /// <summary>A ticket of what a single net holds now.</summary>
    /// <param name="net">The net; its weights outside the masks are not looked at.</param>
    /// <param name="initialisation">Law of its initial weights.</param>
    /// <param name="seed">Seed of its initial weights.</param>
    /// <param name="masks">What is kept.</param>
    /// <param name="rewindStep">Step of the weights that the net holds.</param>
    /// <param name="metadata">As <see cref="Ticket.Metadata"/>.</param>
    public static Ticket Capture(ITicketNet net, string initialisation, long seed, MaskSet masks, long rewindStep, JsonObject? metadata = null)
    {
        if (net.IsStacked)
        {
            throw new ArgumentException("a ticket is of one net, not of a stack", nameof(net));
        }

        return new Ticket(net.Architecture, initialisation, seed, masks, rewindStep, [.. net.Tensors.Select(t =>
        {
            using var scope = NewDisposeScope();
            var all = (t.IsBuffer ? net.Buffers : net.Parameters)[t.Name].detach().to(ScalarType.Float32).cpu().contiguous().data<float>().ToArray();
            return new TicketValues(t.Name, t.Shape, masks.Covers(t.Name) ? masks[t.Name].KeptIndices().Select(i => all[i]).ToArray() : all);
        })], metadata);
    }

    private static IReadOnlyDictionary<string, float[]> Drawn(Ticket ticket, ITicketArchitecture architecture, string subject)
    {
        try
        {
            return architecture.Draw(ticket.Initialisation, ticket.Seed);
        }
        catch (PrunusInputException fault)
        {
            throw new PrunusInputException(subject, $"has weights that cannot be drawn: {fault.Subject} {fault.Problem}", "get a sound copy of the ticket", fault);
        }
    }

    private static void Fill(Span<float> values, Mask? mask, ReadOnlySpan<float> stored, bool isStored)
    {
        if (mask is null)
        {
            stored.CopyTo(values);
            return;
        }

        var (at, next) = (0, 0);
        foreach (var index in mask.KeptIndices())
        {
            values[at..index].Clear();
            values[index] = isStored ? stored[next++] : values[index];
            at = index + 1;
        }

        values[at..].Clear();
    }
}
