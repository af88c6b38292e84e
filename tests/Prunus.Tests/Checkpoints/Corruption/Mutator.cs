using System.Buffers.Binary;

namespace Prunus.Tests.Checkpoints.Corruption;

/// <summary>Damages a file in one of the ways in which files are damaged or forged; the same seed gives the same damage.</summary>
internal sealed class Mutator(int seed)
{
    private static readonly long[] Lengths =
        [0, 1, -1, 2, 7, 8, 32, 255, 256, 65536, int.MaxValue, 1L << 31, uint.MaxValue, 1L << 32, 1L << 40, long.MaxValue, long.MinValue, 100_000_000];

    // What the formats are made of: splices of these reach further than noise does.
    private static readonly byte[][] Fragments =
    [
        .. new[] { "{", "}", "[", "]", "\"", ",", ":", "null", "true", "-1", "0", "1e999", "1.5", "99999999999999999999", "\\ud800", "\\u0000", "\"\"", "../", "F32", "[[[[[[[[", "{\"a\":", "GGUF", "\u00e9", "\n" }
            .Select(System.Text.Encoding.UTF8.GetBytes),
        [0xFF], [0xC3], [0xED, 0xA0, 0x80], [9, 0, 0, 0], [8, 0, 0, 0],
    ];

    private readonly Random _random = new(seed);

    public byte[] Mutate(byte[] original)
    {
        var bytes = (byte[])original.Clone();
        for (var times = _random.Next(10) == 0 ? _random.Next(2, 6) : 1; times > 0; times--)
        {
            bytes = Once(bytes);
        }

        return bytes;
    }

    private byte[] Once(byte[] bytes)
    {
        if (bytes.Length == 0)
        {
            return [(byte)_random.Next(256)];
        }

        var at = _random.Next(bytes.Length);
        switch (_random.Next(8))
        {
            case 0:
                bytes[at] ^= (byte)(1 << _random.Next(8));
                return bytes;
            case 1:
                bytes[at] = (byte)_random.Next(256);
                return bytes;
            case 2:
                return bytes[..at];
            case 3:
                return Length(bytes, at);
            case 4:
                // A part of the file once more at another place, over what is there or between.
                var part = bytes.AsSpan(at, Math.Min(_random.Next(1, 64), bytes.Length - at)).ToArray();
                return Put(bytes, _random.Next(bytes.Length), part, _random.Next(2) == 0);
            case 5:
                return Put(bytes, at, Fragments[_random.Next(Fragments.Length)], _random.Next(2) == 0);
            case 6:
                return [.. bytes[..at], .. bytes[Math.Min(bytes.Length, at + _random.Next(1, 32))..]];
            default:
                return Digit(bytes, at);
        }
    }

    private byte[] Length(byte[] bytes, int at)
    {
        var size = _random.Next(2) == 0 ? 8 : 4;
        if (at + size > bytes.Length)
        {
            return bytes;
        }

        var span = bytes.AsSpan(at, size);
        var old = size == 8 ? BinaryPrimitives.ReadInt64LittleEndian(span) : BinaryPrimitives.ReadInt32LittleEndian(span);
        var value = _random.Next(3) == 0 ? old + _random.Next(-2, 3) : Lengths[_random.Next(Lengths.Length)];
        if (size == 8)
        {
            BinaryPrimitives.WriteInt64LittleEndian(span, value);
        }
        else
        {
            BinaryPrimitives.WriteInt32LittleEndian(span, (int)value);
        }

        return bytes;
    }

    // Numbers in text are lengths as well.
    private byte[] Digit(byte[] bytes, int at)
    {
        var digit = bytes.AsSpan(at).IndexOfAnyInRange((byte)'0', (byte)'9');
        if (digit >= 0)
        {
            bytes[at + digit] = (byte)('0' + _random.Next(10));
        }

        return bytes;
    }

    private static byte[] Put(byte[] bytes, int at, byte[] part, bool over) =>
        [.. bytes[..at], .. part, .. bytes[Math.Min(bytes.Length, over ? at + part.Length : at)..]];
}
