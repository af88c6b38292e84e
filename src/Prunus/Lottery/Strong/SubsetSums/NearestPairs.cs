using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Prunus.Lottery.Strong.SubsetSums;

/// <summary>Pairs of one number from each of two ascending lists whose sum is nearest to a target: one list is walked up, the other down, so that after every pair that is
/// too high the second gives way and after every other the first. With AVX-512, and lists of whole blocks of eight, all 64 pairs of two blocks at once; with AVX2 16 of blocks of four.</summary>
internal ref partial struct NearestPairs(ReadOnlySpan<double> low, ReadOnlySpan<double> high, double target, double bound, bool any)
{
    private const int Lanes = 8;
    private const double RoundingShare = 1.0 / (1L << 50);
    private readonly ReadOnlySpan<double> _low = low, _high = high;

    /// <summary>Least |target - sum| so far; at first the bound, which counts as met where it is equalled.</summary>
    public double Error { get; private set; } = bound;

    /// <summary>All different pairs of sums that come that near; several only where sums tie.</summary>
    public List<(double Low, double High)> Found { get; } = [];

    /// <summary>Walks the lists; with <c>any</c> up to the first pair within the bound.</summary>
    public void Search()
    {
        if (Avx512F.IsSupported && _low.Length % Lanes == 0 && _high.Length % Lanes == 0)
        {
            Blocks();
        }
        else if (Avx2.IsSupported && _low.Length % FourLanes == 0 && _high.Length % FourLanes == 0)
        {
            Fours();
        }
        else
        {
            OneByOne(0, _low.Length, 0, _high.Length);
        }
    }

    internal void OneByOne() => OneByOne(0, _low.Length, 0, _high.Length);

    private void OneByOne(int fromLow, int toLow, int fromHigh, int toHigh)
    {
        for (int i = fromLow, j = toHigh - 1; i < toLow && j >= fromHigh;)
        {
            var excess = _low[i] + _high[j] - target;
            if (Math.Abs(excess) <= Error && Visit(_low[i], _high[j], Math.Abs(excess)))
            {
                return;
            }

            var step = excess > 0 ? 1 : 0;
            j -= step;
            i += 1 - step;
        }
    }

    // The nearest pair has no other number between them in the order of low and target - high; so the block of the one is still there when the block of the other comes.
    private void Blocks()
    {
        ref var low = ref MemoryMarshal.GetReference(_low);
        ref var high = ref MemoryMarshal.GetReference(_high);
        nint i = 0, j = _high.Length - Lanes, count = _low.Length;

        var slack = Slack();
        var (sought, bound) = (Vector512.Create(target), Vector512.Create(Error + slack));
        while (i < count && j >= 0)
        {
            Vector512<double> a = Vector512.LoadUnsafe(ref low, (nuint)i) - sought, b = Vector512.LoadUnsafe(ref high, (nuint)j);
            if (Vector512.LessThanOrEqualAny(Least(a, b), bound))
            {
                OneByOne((int)i, (int)i + Lanes, (int)j, (int)j + Lanes);
                if (any && Found.Count > 0)
                {
                    return;
                }

                bound = Vector512.Create(Error + slack);
            }

            nint step = Unsafe.BitCast<bool, byte>(Unsafe.Add(ref low, i + Lanes - 1) + Unsafe.Add(ref high, j) > target);
            j -= Lanes * step;
            i += Lanes * (1 - step);
        }
    }

    // A block's differences are rounded in another order than those of a pair, which alone count.
    private readonly double Slack() => RoundingShare * (Math.Max(-_low[0], _low[^1]) + Math.Max(-_high[0], _high[^1]) + Math.Abs(target));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Least(Vector512<double> a, Vector512<double> b)
    {
        var swapped = Vector512.Shuffle(b, Vector512.Create(4L, 5, 6, 7, 0, 1, 2, 3));
        return Avx512F.Min(Quarters(a, b), Quarters(a, swapped));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Quarters(Vector512<double> a, Vector512<double> b)
    {
        var swapped = Vector512.Shuffle(b, Vector512.Create(2L, 3, 0, 1, 6, 7, 4, 5));
        return Avx512F.Min(Pairs(a, b), Pairs(a, swapped));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Pairs(Vector512<double> a, Vector512<double> b) =>
        Avx512F.Min(Vector512.Abs(a + b), Vector512.Abs(a + Vector512.Shuffle(b, Vector512.Create(1L, 0, 3, 2, 5, 4, 7, 6))));

    // True when the search is over.
    private bool Visit(double low, double high, double error)
    {
        if (error < Error || Found.Count == 0)
        {
            Error = error;
            Found.Clear();
        }

        if (!Found.Contains((low, high)))
        {
            Found.Add((low, high));
        }

        return any;
    }
}
