using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Prunus.Lottery.Strong.SubsetSums;

/// <summary>Merges ascending sums with the same sums moved by a number: without branches that depend on the data, and where there is AVX-512 eight at a time (with AVX2 four) by bitonic
/// networks (Batcher 1968, AFIPS 32; blocks as in Inoue et al. 2007, PACT).</summary>
internal static class SumMerging
{
    private const int Lanes = 8;

    /// <param name="sums">2^t sums, ascending.</param>
    /// <param name="x">What they move by.</param>
    /// <param name="merged">Twice as many.</param>
    public static void Merge(ReadOnlySpan<double> sums, double x, Span<double> merged)
    {
        if (Avx512F.IsSupported && sums.Length >= Lanes)
        {
            MergeBlocks(sums, x, merged);
        }
        else if (Avx2.IsSupported && sums.Length >= Lanes)
        {
            FourSumMerging.Merge(sums, x, merged);
        }
        else
        {
            MergeOneByOne(sums, x, merged);
        }
    }

    internal static void MergeOneByOne(ReadOnlySpan<double> sums, double x, Span<double> merged)
    {
        // Moved by the negative part and by the positive part of x: the former runs ahead, so only its end has to be looked for.
        var (first, second) = (Math.Min(x, 0), Math.Max(x, 0));
        ref var from = ref MemoryMarshal.GetReference(sums);
        ref var to = ref MemoryMarshal.GetReference(merged);
        nint i = 0, j = 0, count = sums.Length;
        while (i < count)
        {
            double p = Unsafe.Add(ref from, i) + first, q = Unsafe.Add(ref from, j) + second;
            nint ahead = Bit(p <= q);
            Unsafe.Add(ref to, i + j) = ahead != 0 ? p : q;
            i += ahead;
            j += 1 - ahead;
        }

        for (; j < count; j++)
        {
            Unsafe.Add(ref to, count + j) = Unsafe.Add(ref from, j) + second;
        }
    }

    // Two sorted blocks give the eight least of both; the other eight stay for the next block, which comes from where the next number is least.
    private static void MergeBlocks(ReadOnlySpan<double> sums, double x, Span<double> merged)
    {
        ReadOnlySpan<double> moves = [Math.Max(x, 0), Math.Min(x, 0)];
        ref var from = ref MemoryMarshal.GetReference(sums);
        ref var move = ref MemoryMarshal.GetReference(moves);
        ref var to = ref MemoryMarshal.GetReference(merged);
        nint i = Lanes, j = Lanes, count = sums.Length;
        var rest = Bitonic(
            Vector512.LoadUnsafe(ref from) + Vector512.Create(moves[1]), Vector512.LoadUnsafe(ref from) + Vector512.Create(moves[0]), out var least);
        least.StoreUnsafe(ref to);
        nint at = Lanes;
        while (i < count)
        {
            nint ahead = Bit(Unsafe.Add(ref from, i) + moves[1] <= Unsafe.Add(ref from, j) + moves[0]);
            var place = ahead != 0 ? i : j;
            rest = Bitonic(rest, Vector512.LoadUnsafe(ref from, (nuint)place) + Vector512.Create(Unsafe.Add(ref move, ahead)), out least);
            least.StoreUnsafe(ref to, (nuint)at);
            at += Lanes;
            i += Lanes * ahead;
            j += Lanes * (1 - ahead);
        }

        for (; j < count; j += Lanes, at += Lanes)
        {
            rest = Bitonic(rest, Vector512.LoadUnsafe(ref from, (nuint)j) + Vector512.Create(moves[0]), out least);
            least.StoreUnsafe(ref to, (nuint)at);
        }

        rest.StoreUnsafe(ref to, (nuint)at);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Bitonic(Vector512<double> a, Vector512<double> b, out Vector512<double> least)
    {
        var reversed = Vector512.Shuffle(b, Vector512.Create(7L, 6, 5, 4, 3, 2, 1, 0));
        least = Sorted(Avx512F.Min(a, reversed));
        return Sorted(Avx512F.Max(a, reversed));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Sorted(Vector512<double> v)
    {
        v = Exchanged(v, Vector512.Shuffle(v, Vector512.Create(4L, 5, 6, 7, 0, 1, 2, 3)), Vector512.Create(-1L, -1, -1, -1, 0, 0, 0, 0));
        v = Exchanged(v, Vector512.Shuffle(v, Vector512.Create(2L, 3, 0, 1, 6, 7, 4, 5)), Vector512.Create(-1L, -1, 0, 0, -1, -1, 0, 0));
        return Exchanged(v, Vector512.Shuffle(v, Vector512.Create(1L, 0, 3, 2, 5, 4, 7, 6)), Vector512.Create(-1L, 0, -1, 0, -1, 0, -1, 0));
    }

    // vminpd and vmaxpd: Vector512.Min minds NaN and the sign of zero.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Exchanged(Vector512<double> v, Vector512<double> partners, Vector512<long> lower) =>
        Vector512.ConditionalSelect(lower.AsDouble(), Avx512F.Min(v, partners), Avx512F.Max(v, partners));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte Bit(bool value) => Unsafe.BitCast<bool, byte>(value);
}
