using System.Runtime.CompilerServices;

namespace Prunus.Randomness;

/// <summary>
/// Philox4x32-10, the counter-based generator of Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC 2011), section 3.
/// Every value is a pure function of (seed, stream, index): nothing has to be stored to resume, and no order of calls changes a value.
/// </summary>
/// <param name="seed">Key of the generator.</param>
/// <param name="stream">Separates independent uses of one seed (initial values, data order, masks …).</param>
public sealed class Philox4x32(ulong seed, ulong stream = 0)
{
    private const uint Multiplier0 = 0xD2511F53, Multiplier1 = 0xCD9E8D57, Weyl0 = 0x9E3779B9, Weyl1 = 0xBB67AE85;

    /// <summary>The ten rounds: four words out of a 128-bit counter and a 64-bit key.</summary>
    public static (uint X0, uint X1, uint X2, uint X3) Block(uint c0, uint c1, uint c2, uint c3, uint k0, uint k1)
    {
        for (var round = 0; round < 10; round++)
        {
            var product0 = (ulong)Multiplier0 * c0;
            var product1 = (ulong)Multiplier1 * c2;
            (c0, c1, c2, c3) = ((uint)(product1 >> 32) ^ c1 ^ k0, (uint)product1, (uint)(product0 >> 32) ^ c3 ^ k1, (uint)product0);
            k0 = unchecked(k0 + Weyl0);
            k1 = unchecked(k1 + Weyl1);
        }

        return (c0, c1, c2, c3);
    }

    /// <summary>Word <paramref name="index"/> of the stream: lane index mod 4 of block index / 4 (counter = block, stream; low words first).</summary>
    public uint Word(ulong index)
    {
        var (x0, x1, x2, x3) = BlockAt(index / 4);
        return (index % 4) switch { 0 => x0, 1 => x1, 2 => x2, _ => x3 };
    }

    /// <summary>Uniform in [0, 1), a multiple of 2^-24: the upper 24 bits of word <paramref name="index"/>.</summary>
    public float Uniform(ulong index) => ToUniform(Word(index));

    /// <summary>Standard normal number <paramref name="index"/>: Box-Muller in float64 on words 2⌊index/2⌋ and the next one (cosine for even, sine for odd).</summary>
    public double Normal(ulong index)
    {
        var (x0, x1, x2, x3) = BlockAt(index / 4);
        var (cosine, sine) = index % 4 < 2 ? BoxMuller(x0, x1) : BoxMuller(x2, x3);
        return index % 2 == 0 ? cosine : sine;
    }

    /// <summary>Integer in [0, <paramref name="count"/>): the upper half of (words 2·index, 2·index+1 as 64 bits) × count; off uniform by less than 2^-32.</summary>
    public int Below(ulong index, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        var (x0, x1, x2, x3) = BlockAt(index / 2);
        var word = index % 2 == 0 ? ((ulong)x1 << 32) | x0 : ((ulong)x3 << 32) | x2;
        return (int)Math.BigMul(word, (ulong)count, out _);
    }

    /// <summary>Writes Uniform(start), Uniform(start + 1) …</summary>
    public void FillUniform(ulong start, Span<float> destination)
    {
        for (var i = 0; i < destination.Length;)
        {
            var index = start + (ulong)i;
            if (index % 4 != 0 || destination.Length - i < 4)
            {
                destination[i++] = Uniform(index);
                continue;
            }

            var (x0, x1, x2, x3) = BlockAt(index / 4);
            destination[i++] = ToUniform(x0);
            destination[i++] = ToUniform(x1);
            destination[i++] = ToUniform(x2);
            destination[i++] = ToUniform(x3);
        }
    }

    /// <summary>Writes mean + std · Normal(start), mean + std · Normal(start + 1) …, rounded to float32 once.</summary>
    public void FillNormal(ulong start, Span<float> destination, double mean = 0, double std = 1)
    {
        for (var i = 0; i < destination.Length;)
        {
            var index = start + (ulong)i;
            if (index % 4 != 0 || destination.Length - i < 4)
            {
                destination[i++] = (float)(mean + std * Normal(index));
                continue;
            }

            var (x0, x1, x2, x3) = BlockAt(index / 4);
            var (a, b) = BoxMuller(x0, x1);
            var (c, d) = BoxMuller(x2, x3);
            destination[i++] = (float)(mean + std * a);
            destination[i++] = (float)(mean + std * b);
            destination[i++] = (float)(mean + std * c);
            destination[i++] = (float)(mean + std * d);
        }
    }

    /// <summary>A permutation of 0 … count-1: Fisher-Yates from the end, step i swapping with Below(i, i + 1).</summary>
    public int[] Permutation(int count)
    {
        var order = new int[count];
        for (var i = 0; i < count; i++)
        {
            order[i] = i;
        }

        // Two steps share a block.
        var (low, high) = (0UL, 0UL);
        for (var i = count - 1; i > 0; i--)
        {
            if (i % 2 == 1 || i == count - 1)
            {
                var (x0, x1, x2, x3) = BlockAt((ulong)i / 2);
                (low, high) = (((ulong)x1 << 32) | x0, ((ulong)x3 << 32) | x2);
            }

            var j = (int)Math.BigMul(i % 2 == 0 ? low : high, (ulong)i + 1, out _);
            (order[i], order[j]) = (order[j], order[i]);
        }

        return order;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private (uint X0, uint X1, uint X2, uint X3) BlockAt(ulong block) =>
        Block((uint)block, (uint)(block >> 32), (uint)stream, (uint)(stream >> 32), (uint)seed, (uint)(seed >> 32));

    private static float ToUniform(uint word) => (word >> 8) * (1f / (1 << 24));

    private static (double Cosine, double Sine) BoxMuller(uint radius, uint angle)
    {
        // (word + 1) / 2^32 lies in (0, 1], so the logarithm is finite.
        var r = Math.Sqrt(-2 * Math.Log((radius + 1.0) / 4294967296.0));
        var (sine, cosine) = Math.SinCos(2 * Math.PI * (angle / 4294967296.0));
        return (r * cosine, r * sine);
    }
}
