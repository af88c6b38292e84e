namespace Prunus.Randomness;

/// <summary>
/// The draws of Python's <c>random.Random(seed)</c>, for results that must equal those of Python programs: the Mersenne Twister MT19937 of Matsumoto and
/// Nishimura (ACM TOMACS 8, 1998), seeded by an array of one word. Everything of our own uses <see cref="Philox4x32"/>.
/// </summary>
public sealed class PythonRandom
{
    private const int Words = 624, Middle = 397;
    private readonly uint[] _state = new uint[Words];
    private int _next = Words;

    /// <param name="seed">As given to Python, where it fits 32 bits.</param>
    public PythonRandom(uint seed)
    {
        Fill(19650218);
        var i = 1;
        for (var k = 0; k < Words; k++)
        {
            _state[i] = (_state[i] ^ (Before(i) * 1664525)) + seed;
            i = Following(i);
        }

        for (var k = 0; k < Words - 1; k++)
        {
            _state[i] = (_state[i] ^ (Before(i) * 1566083941)) - (uint)i;
            i = Following(i);
        }

        _state[0] = 0x80000000;
    }

    /// <summary>A number in [0, 1) with 53 random bits, as <c>random()</c>.</summary>
    public double Uniform() => (((Next() >> 5) * 67108864.0) + (Next() >> 6)) / 9007199254740992.0;

    /// <summary>A whole number in [0, <paramref name="count"/>), as <c>randrange(count)</c>: numbers of as few bits as hold the count, until one is below it.</summary>
    public int Below(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        var bits = 32 - int.LeadingZeroCount(count);
        while (true)
        {
            var drawn = Next() >> (32 - bits);
            if (drawn < (uint)count)
            {
                return (int)drawn;
            }
        }
    }

    /// <summary>Different indices below <paramref name="count"/>, as <c>sample(range(count), size)</c>.</summary>
    public int[] Sample(int count, int size)
    {
        if (size < 0 || size > count)
        {
            throw new ArgumentOutOfRangeException(nameof(size), size, $"cannot draw {size} of {count}");
        }

        // Python's own rule for when a list of what is left costs less than a set of what is taken.
        var most = size > 5 ? 21 + (long)Math.Pow(4, Math.Ceiling(Math.Log(size * 3) / Math.Log(4))) : 21;
        return count <= most ? FromList(count, size) : FromSet(count, size);
    }

    private int[] FromList(int count, int size)
    {
        var left = Enumerable.Range(0, count).ToArray();
        var drawn = new int[size];
        for (var i = 0; i < size; i++)
        {
            var j = Below(count - i);
            drawn[i] = left[j];
            left[j] = left[count - i - 1];
        }

        return drawn;
    }

    private int[] FromSet(int count, int size)
    {
        var taken = new HashSet<int>(size);
        var drawn = new int[size];
        for (var i = 0; i < size; i++)
        {
            int j;
            do
            {
                j = Below(count);
            }
            while (!taken.Add(j));
            drawn[i] = j;
        }

        return drawn;
    }

    private void Fill(uint seed)
    {
        _state[0] = seed;
        for (var i = 1; i < Words; i++)
        {
            _state[i] = (Before(i) * 1812433253) + (uint)i;
        }
    }

    private uint Before(int i) => _state[i - 1] ^ (_state[i - 1] >> 30);

    // The seeding walks words 1 to 623 in a circle and carries the last one over to word 0.
    private int Following(int i)
    {
        if (i + 1 < Words)
        {
            return i + 1;
        }

        _state[0] = _state[Words - 1];
        return 1;
    }

    private uint Next()
    {
        if (_next == Words)
        {
            Renew();
        }

        var y = _state[_next++];
        y ^= y >> 11;
        y ^= (y << 7) & 0x9D2C5680;
        y ^= (y << 15) & 0xEFC60000;
        return y ^ (y >> 18);
    }

    private void Renew()
    {
        for (var i = 0; i < Words; i++)
        {
            var y = (_state[i] & 0x80000000) | (_state[(i + 1) % Words] & 0x7FFFFFFF);
            _state[i] = _state[(i + Middle) % Words] ^ (y >> 1) ^ ((y & 1) * 0x9908B0DF);
        }

        _next = 0;
    }
}
