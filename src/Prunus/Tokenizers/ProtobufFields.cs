using System.Buffers.Binary;

namespace Prunus.Tokenizers;

/// <summary>Walks the fields of one protobuf message; no length is believed beyond the bytes at hand.</summary>
/// <param name="message">The message's bytes.</param>
/// <param name="file">File named in errors.</param>
internal ref struct ProtobufFields(ReadOnlySpan<byte> message, string file)
{
    private ReadOnlySpan<byte> _rest = message;

    /// <summary>Number of the current field.</summary>
    public int Number { get; private set; }

    /// <summary>Value of a varint field.</summary>
    public ulong Varint { get; private set; }

    /// <summary>Value of a field with a length, or the 4 or 8 bytes of a fixed one.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    /// <summary>Value of a 4-byte field.</summary>
    public readonly float Float => Bytes.Length == 4 ? BinaryPrimitives.ReadSingleLittleEndian(Bytes) : throw Broken();

    /// <summary>Goes to the next field; false at the end.</summary>
    public bool Next()
    {
        if (_rest.IsEmpty)
        {
            return false;
        }

        var tag = ReadVarint();
        Number = tag >> 3 is > 0 and < 1 << 29 ? (int)(tag >> 3) : throw Broken();
        Varint = 0;
        Bytes = default;
        switch (tag & 7)
        {
            case 0:
                Varint = ReadVarint();
                break;
            case 1:
                Bytes = Take(8);
                break;
            case 2:
                Bytes = Take(ReadVarint());
                break;
            case 5:
                Bytes = Take(4);
                break;
            default:
                throw Broken();
        }

        return true;
    }

    private readonly PrunusInputException Broken() =>
        new(file, "is no valid SentencePiece model", "get the file again from its publisher");

    private ReadOnlySpan<byte> Take(ulong length)
    {
        if (length > (ulong)_rest.Length)
        {
            throw Broken();
        }

        var taken = _rest[..(int)length];
        _rest = _rest[(int)length..];
        return taken;
    }

    private ulong ReadVarint()
    {
        var value = 0ul;
        for (var i = 0; i < 10 && i < _rest.Length; i++)
        {
            value |= (ulong)(_rest[i] & 0x7F) << (7 * i);
            if (_rest[i] < 0x80)
            {
                _rest = _rest[(i + 1)..];
                return value;
            }
        }

        throw Broken();
    }
}
