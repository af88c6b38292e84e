using System.Globalization;
using Prunus.Checkpoints;
using Prunus.Lottery.Masks;
using Prunus.Native;
using Prunus.Vision;
using TorchSharp;

namespace Prunus.Lottery.Tickets;

/// <summary>A ticket's weights, or any weights under its masks, as safetensors with PyTorch's names; beside every masked tensor <c>NAME.mask</c>, U8, 1 = kept.</summary>
public static class TicketWeights
{
    /// <summary>Suffix of a mask's name.</summary>
    public const string MaskSuffix = ".mask";

    private const int Piece = 1 << 16;

    /// <summary>Writes the net a ticket starts from: weights × mask, and everything that is not masked.</summary>
    /// <param name="ticket">A ticket of an image net.</param>
    /// <param name="subject">What errors name: the ticket's file.</param>
    /// <param name="output">File to write.</param>
    /// <exception cref="PrunusInputException">The ticket doesn't fit the net it names.</exception>
    public static void Export(Ticket ticket, string subject, string output)
    {
        Libtorch.Load();
        using var net = TicketNets.Rebuild(ticket, torch.CPU, subject);
        var tensors = net.Parameters.Concat(net.Buffers).Select(p =>
            TensorSource.Of(p.Key, ElementType.F32, p.Value.shape, () => TensorMemory.Span<float>(p.Value).ToArray()));
        SafetensorsWriter.Write(output, [.. tensors, .. Masks(ticket)], Metadata(ticket));
    }

    /// <summary>Writes given weights with what the masks prune set to 0; types and all other bytes stay.</summary>
    /// <param name="ticket">A ticket of the same net.</param>
    /// <param name="subject">What errors name: the ticket's file.</param>
    /// <param name="weights">Safetensors file of the net's weights.</param>
    /// <param name="output">File to write.</param>
    /// <exception cref="PrunusInputException">The weights are of another net than the ticket, not all of the net's, integers, NaN or infinite.</exception>
    public static void Apply(Ticket ticket, string subject, string weights, string output)
    {
        using var file = SafetensorsFile.Open(weights);
        Check(ticket, subject, file);
        SafetensorsWriter.Write(output, [.. file.Tensors.Values.Where(t => !IsMask(t.Name, ticket.Masks)).Select(t => Masked(file, t, ticket.Masks)), .. Masks(ticket)], Metadata(ticket));
    }

    private static void Check(Ticket ticket, string subject, SafetensorsFile file)
    {
        foreach (var name in ticket.Masks.Names)
        {
            var shape = file.Tensors.TryGetValue(name, out var entry) ? $"[{string.Join(",", entry.Shape)}]" : null;
            if (entry is null || !entry.Shape.SequenceEqual(ticket.Masks[name].Shape) || SafetensorsTypes.Bits(entry.Type) < 8)
            {
                throw Other(ticket, subject, file, shape is null ? $"has no '{name}'" : $"'{name}' is {shape} of {entry!.StoredAs}, the mask [{string.Join(",", ticket.Masks[name].Shape)}]");
            }
        }

        // A net may have all that the ticket masks and more layers.
        var config = TicketNets.Config(ticket.Architecture);
        var known = config?.Tensors().Select(t => t.Name).ToHashSet(StringComparer.Ordinal);
        if (known is not null && file.Tensors.Keys.FirstOrDefault(n => !known.Contains(n) && !IsMask(n, ticket.Masks) && !n.EndsWith(".num_batches_tracked", StringComparison.Ordinal)) is { } unknown)
        {
            throw Other(ticket, subject, file, $"has '{unknown}'");
        }

        if (config is not null)
        {
            VisionWeightFile.Check(config, file);
        }

        CheckValues(file, known is null ? ticket.Masks.Names : known);
    }

    // Before anything is written.
    private static void CheckValues(SafetensorsFile file, IEnumerable<string> names)
    {
        var piece = new float[Piece];
        foreach (var entry in names.Select(n => file.Tensors[n]))
        {
            SafetensorsTypes.RefuseInteger(file.Location, entry);
            for (var start = 0L; start < entry.ElementCount; start += Piece)
            {
                var values = piece.AsSpan(0, (int)Math.Min(Piece, entry.ElementCount - start));
                file.Read(entry.Name, start, values);
                VisionWeightFile.CheckFinite(file, entry.Name, values);
            }
        }
    }

    private static PrunusInputException Other(Ticket ticket, string subject, SafetensorsFile file, string what) =>
        new(file.Location, $"{what}: it is of another net than the ticket {subject} of {ticket.Architecture}", "give weights of that net, or a ticket of this one");

    private static bool IsMask(string name, MaskSet masks) => name.EndsWith(MaskSuffix, StringComparison.Ordinal) && masks.Covers(name[..^MaskSuffix.Length]);

    private static TensorSource Masked(SafetensorsFile file, TensorEntry entry, MaskSet masks) => new(entry.Name, entry.Type, entry.Shape, () =>
    {
        var bytes = new byte[entry.ByteCount];
        file.ReadBytes(entry.Name, 0, bytes);
        if (masks.Covers(entry.Name))
        {
            var (mask, size) = (masks[entry.Name], SafetensorsTypes.Bits(entry.Type) / 8);
            for (var i = 0; i < mask.Count; i++)
            {
                if (!mask[i])
                {
                    bytes.AsSpan(i * size, size).Clear();
                }
            }
        }

        return [bytes];
    });

    private static IEnumerable<TensorSource> Masks(Ticket ticket) => ticket.Masks.Names.Select(name => new TensorSource(
        name + MaskSuffix, ElementType.U8, ticket.Masks[name].Shape, () => [Enumerable.Range(0, ticket.Masks[name].Count).Select(i => ticket.Masks[name][i] ? (byte)1 : (byte)0).ToArray()]));

    private static Dictionary<string, string> Metadata(Ticket ticket) => new()
    {
        [VisionNetFile.Architecture] = ticket.Architecture,
        ["initialisation"] = ticket.Initialisation,
        ["seed"] = ticket.Seed.ToString(CultureInfo.InvariantCulture),
        ["rewind_step"] = ticket.RewindStep.ToString(CultureInfo.InvariantCulture),
    };
}
