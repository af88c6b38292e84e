using System.Text;
using System.Text.Json.Nodes;
using Prunus.Checkpoints;
using Prunus.Lottery.Masks;
using Prunus.Runs;

namespace Prunus.Lottery.Tickets;

/// <summary>A mask as the header describes it.</summary>
internal sealed record MaskEntry(string Name, IReadOnlyList<long> Shape, int Count, int Kept, MaskCoding Coding, int Bytes);

/// <summary>A tensor whose values follow the masks.</summary>
internal sealed record ValueEntry(string Name, IReadOnlyList<long> Shape, int Count);

/// <summary>The JSON at the head of a ticket file.</summary>
internal sealed record TicketHeader(
    string Architecture, string Initialisation, long Seed, long RewindStep, IReadOnlyList<MaskEntry> Masks, IReadOnlyList<ValueEntry>? Values, JsonObject Metadata)
{
    /// <summary>Most bytes of a header.</summary>
    public const int LongestHeader = 4 << 20;

    /// <summary>Most elements of all tensors together: what a reader is ready to allocate for on the word of a file.</summary>
    public const long MostElements = 1L << 28;

    private const int LongestText = 512;

    public static TicketHeader Of(Ticket ticket, IReadOnlyList<(MaskCoding Coding, byte[] Bytes)> coded) => new(
        ticket.Architecture, ticket.Initialisation, ticket.Seed, ticket.RewindStep,
        [.. ticket.Masks.Names.Zip(coded, (name, c) => (name, ticket.Masks[name], c)).Select(m => new MaskEntry(m.name, m.Item2.Shape, m.Item2.Count, m.Item2.Kept, m.c.Coding, m.c.Bytes.Length))],
        ticket.Values?.Select(v => new ValueEntry(v.Name, v.Shape, v.Values.Length)).ToList(), ticket.Metadata);

    public byte[] ToBytes()
    {
        var json = new JsonObject
        {
            ["architecture"] = Architecture,
            ["initialisation"] = Initialisation,
            ["seed"] = Seed,
            ["rewind_step"] = RewindStep,
            ["masks"] = new JsonArray([.. Masks.Select(m => new JsonObject
            {
                ["name"] = m.Name, ["shape"] = Numbers(m.Shape), ["kept"] = m.Kept, ["coding"] = (int)m.Coding, ["bytes"] = m.Bytes,
            })]),
        };
        if (Values is not null)
        {
            json["values"] = new JsonArray([.. Values.Select(v => new JsonObject { ["name"] = v.Name, ["shape"] = Numbers(v.Shape) })]);
        }

        if (Metadata.Count > 0)
        {
            json["metadata"] = Metadata.DeepClone();
        }

        return Encoding.UTF8.GetBytes(CanonicalJson.Write(json));
    }

    /// <exception cref="PrunusInputException">It is no such header, or promises more than a reader takes.</exception>
    public static TicketHeader Read(string subject, ReadOnlySpan<byte> bytes)
    {
        var json = new HeaderFields(subject, StrictJson.Object(subject, bytes, LongestHeader));
        var masks = json.Objects("masks").Select(Mask).ToList();
        var shapes = masks.ToDictionary(m => m.Name, StringComparer.Ordinal);
        var values = json.Has("values") ? json.Objects("values").Select(v => Value(v, shapes)).ToList() : null;
        var header = new TicketHeader(
            json.Text("architecture", LongestText), json.Text("initialisation", LongestText), json.Integer("seed", long.MinValue, long.MaxValue), json.Integer("rewind_step", 0, long.MaxValue),
            masks, values, json.Has("metadata") ? json.Object("metadata") : []);
        json.Check(values is not null || header.RewindStep == 0, $"is of step {header.RewindStep} and has no weights");
        json.Check(masks.Sum(m => (long)m.Count) <= MostElements && (values ?? []).Sum(v => (long)v.Count) <= MostElements, $"covers more than {MostElements} weights");
        return header;
    }

    private static MaskEntry Mask(HeaderFields json)
    {
        var (shape, count) = json.Shape(MostElements);
        var coding = (MaskCoding)json.Integer("coding", 0, (long)MaskCoding.RowsAndColumns);
        json.Check(MaskCodec.Takes(shape, coding), "has a mask with too many columns for its coding");
        return new(json.Text("name", LongestText), shape, count, (int)json.Integer("kept", 0, count), coding, (int)json.Integer("bytes", 0, int.MaxValue));
    }

    private static ValueEntry Value(HeaderFields json, Dictionary<string, MaskEntry> masks)
    {
        var (shape, count) = json.Shape(MostElements);
        var name = json.Text("name", LongestText);
        if (!masks.TryGetValue(name, out var mask))
        {
            return new(name, shape, count);
        }

        json.Check(mask.Shape.SequenceEqual(shape), $"gives '{name}' two shapes");
        return new(name, shape, mask.Kept);
    }

    private static JsonArray Numbers(IEnumerable<long> values) => new([.. values.Select(v => (JsonNode)v)]);
}
