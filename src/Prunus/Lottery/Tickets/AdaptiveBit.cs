namespace Prunus.Lottery.Tickets;

/// <summary>A probability that learns from the bits it has seen: their mean at first, later an exponential average over about a thousand. Integers only, so that every
/// machine decodes what another has coded.</summary>
internal struct AdaptiveBit
{
    private const int Bits = 22, FirstGuessWeight = 4, Memory = 1023;
    private int _probability, _seen;

    /// <summary>Probability of a 1 in 1/65536: 1 to 65535. <paramref name="guess"/> stands in until a bit was seen.</summary>
    public readonly uint Probability(uint guess) => Math.Clamp(_seen == 0 ? guess : (uint)(_probability >> (Bits - 16)), 1, 65535);

    public void Update(bool bit, uint guess)
    {
        if (_seen == 0)
        {
            (_probability, _seen) = ((int)guess << (Bits - 16), FirstGuessWeight);
        }

        _probability += 2 * ((bit ? (1 << Bits) - 1 : 0) - _probability) / (2 * _seen + 3);
        _seen = Math.Min(_seen + 1, Memory);
    }
}
