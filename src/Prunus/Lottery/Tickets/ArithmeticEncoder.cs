namespace Prunus.Lottery.Tickets;

/// <summary>Binary arithmetic coding (Witten, Neal and Cleary 1987, CACM 30(6)): an interval of 32-bit numbers that each bit narrows by its probability; bytes that both
/// ends share go out.</summary>
internal sealed class ArithmeticEncoder
{
    private readonly List<byte> _out = [];
    private uint _low, _high = uint.MaxValue;

    /// <param name="bit">What to code.</param>
    /// <param name="probability">Of a 1, in 1/65536: 1 to 65535.</param>
    public void Encode(bool bit, uint probability)
    {
        var middle = _low + (uint)(((ulong)(_high - _low) * probability) >> 16);
        (_low, _high) = bit ? (_low, middle) : (middle + 1, _high);
        for (; (_low ^ _high) >> 24 == 0; _low <<= 8, _high = (_high << 8) | 0xFF)
        {
            _out.Add((byte)(_high >> 24));
        }
    }

    /// <summary>The bytes; zeros follow them without end, so one byte between the ends is enough.</summary>
    public byte[] Finish()
    {
        if (_low > 0)
        {
            _out.Add((byte)((_low >> 24) + 1));
        }

        return [.. _out];
    }
}
