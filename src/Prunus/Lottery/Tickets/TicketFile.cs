using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Prunus.Lottery.Masks;
using Prunus.Runs;

namespace Prunus.Lottery.Tickets;

/// <summary>A ticket as one small file, suffix <c>.ticket</c>: <c>PRUNUSTK</c>, u32 version, u32 length of the header, the header (canonical JSON), each mask's bytes,
/// float32 values, and the first eight bytes of the SHA-256 of all that. Little-endian. docs/formats.md has it in full.</summary>
public static class TicketFile
{
    /// <summary>Version written, and the only one read.</summary>
    public const int Version = 1;

    /// <summary>Suffix of ticket files.</summary>
    public const string Suffix = ".ticket";

    internal const string Remedy = "check that it is a whole .ticket file";

    internal const int ChecksumBytes = 8;

    private const int Fixed = 16, Longest = int.MaxValue - 64;

    private static ReadOnlySpan<byte> Magic => "PRUNUSTK"u8;

    /// <summary>Writes a ticket; an existing file is replaced, whole or not at all. Equal tickets give equal bytes.</summary>
    public static void Write(string path, Ticket ticket)
    {
        var bytes = ToBytes(ticket);
        AtomicFile.Write(path, stream => stream.Write(bytes));
    }

    /// <summary>Reads a ticket. No length in the file is trusted.</summary>
    /// <exception cref="PrunusInputException">The file is absent, damaged, cut off, of a later version, or no ticket.</exception>
    public static Ticket Read(string path) => Read(path, SmallFile.Read(path, Longest));

    /// <summary>Reads a ticket from bytes; <paramref name="subject"/> is what errors name.</summary>
    /// <exception cref="PrunusInputException">As <see cref="Read(string)"/>.</exception>
    public static Ticket Read(string subject, ReadOnlySpan<byte> bytes)
    {
        var header = TicketHeader.Read(subject, Header(subject, bytes));
        var at = Fixed + (int)Length(bytes);
        var needed = at + header.Masks.Sum(m => (long)m.Bytes) + (header.Values ?? []).Sum(v => 4L * v.Count) + ChecksumBytes;
        Check(needed == bytes.Length, subject, $"has {bytes.Length} bytes where its header tells of {needed}");
        var masks = new List<(string, Mask)>();
        foreach (var entry in header.Masks)
        {
            var mask = MaskCodec.Decode(entry.Shape, entry.Coding, bytes.Slice(at, entry.Bytes));
            Check(mask.Kept == entry.Kept, subject, $"mask '{entry.Name}' keeps {mask.Kept} weights, its header says {entry.Kept}");
            masks.Add((entry.Name, mask));
            at += entry.Bytes;
        }

        List<TicketValues>? values = header.Values is null ? null : [];
        foreach (var entry in header.Values ?? [])
        {
            values!.Add(new(entry.Name, entry.Shape, Floats(subject, entry.Name, bytes.Slice(at, 4 * entry.Count))));
            at += 4 * entry.Count;
        }

        return new Ticket(header.Architecture, header.Initialisation, header.Seed, new MaskSet(masks), header.RewindStep, values, header.Metadata);
    }

    /// <summary>What <see cref="Write"/> writes.</summary>
    public static byte[] ToBytes(Ticket ticket)
    {
        var coded = ticket.Masks.Names.Select(name => MaskCodec.Encode(ticket.Masks[name])).ToList();
        var header = TicketHeader.Of(ticket, coded).ToBytes();
        using var stream = new MemoryStream();
        stream.Write(Magic);
        stream.Write(LittleEndian(Version));
        stream.Write(LittleEndian(header.Length));
        stream.Write(header);
        coded.ForEach(c => stream.Write(c.Bytes));
        foreach (var tensor in ticket.Values ?? [])
        {
            stream.Write(MemoryMarshal.AsBytes(tensor.Values.Span));
        }

        stream.Write(Checksum(stream.GetBuffer().AsSpan(0, (int)stream.Length)));
        return stream.ToArray();
    }

    internal static ReadOnlySpan<byte> Checksum(ReadOnlySpan<byte> bytes) => SHA256.HashData(bytes).AsSpan(0, ChecksumBytes);

    private static uint Length(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]);

    private static ReadOnlySpan<byte> Header(string subject, ReadOnlySpan<byte> bytes)
    {
        Check(bytes.StartsWith(Magic), subject, "does not begin as a ticket file does");
        Check(bytes.Length >= Fixed + ChecksumBytes, subject, $"ends after {bytes.Length} bytes");
        var version = BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]);
        Check(version == Version, subject, $"is of version {version}, and this program reads version {Version}");
        Check(Length(bytes) <= Math.Min(TicketHeader.LongestHeader, bytes.Length - Fixed - ChecksumBytes), subject, $"says that its header has {Length(bytes)} bytes, and has {bytes.Length} in all");
        Check(Checksum(bytes[..^ChecksumBytes]).SequenceEqual(bytes[^ChecksumBytes..]), subject, "is damaged or cut off: its checksum does not hold");
        return bytes.Slice(Fixed, (int)Length(bytes));
    }

    private static float[] Floats(string subject, string name, ReadOnlySpan<byte> bytes)
    {
        var values = MemoryMarshal.Cast<byte, float>(bytes).ToArray();
        Check(Array.TrueForAll(values, float.IsFinite), subject, $"tensor '{name}' holds NaN or infinity");
        return values;
    }

    private static byte[] LittleEndian(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        return bytes;
    }

    private static void Check(bool holds, string subject, string problem)
    {
        if (!holds)
        {
            throw new PrunusInputException(subject, problem, Remedy);
        }
    }
}
