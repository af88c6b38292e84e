namespace Prunus.Lottery.Tickets;

/// <summary>Undoes <see cref="ArithmeticEncoder"/>. Any bytes decode to something; behind their end it reads zeros.</summary>
internal ref struct ArithmeticDecoder
{
    private readonly ReadOnlySpan<byte> _bytes;
    private uint _low, _high, _value;
    private int _next;

    public ArithmeticDecoder(ReadOnlySpan<byte> bytes)
    {
        _bytes = bytes;
        _high = uint.MaxValue;
        for (var i = 0; i < 4; i++)
        {
            _value = (_value << 8) | Byte();
        }
    }

    /// <param name="probability">Of a 1, in 1/65536: 1 to 65535, as it was when the bit was coded.</param>
    public bool Decode(uint probability)
    {
        var middle = _low + (uint)(((ulong)(_high - _low) * probability) >> 16);
        var bit = _value <= middle;
        (_low, _high) = bit ? (_low, middle) : (middle + 1, _high);
        for (; (_low ^ _high) >> 24 == 0; _low <<= 8, _high = (_high << 8) | 0xFF, _value = (_value << 8) | Byte())
        {
        }

        return bit;
    }

    private uint Byte() => _next < _bytes.Length ? _bytes[_next++] : 0u;
}
