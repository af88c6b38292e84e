using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Prunus.Lottery.Strong.SubsetSums;

/// <summary><see cref="SumMerging"/> in blocks of four, where there is AVX2 and no AVX-512.</summary>
internal static class FourSumMerging
{
    private const int Lanes = 4;

    /// <param name="sums">2^t sums, ascending, four or more.</param>
    /// <param name="x">What they move by.</param>
    /// <param name="merged">Twice as many.</param>
    public static void Merge(ReadOnlySpan<double> sums, double x, Span<double> merged)
    {
        ReadOnlySpan<double> moves = [Math.Max(x, 0), Math.Min(x, 0)];
        ref var from = ref MemoryMarshal.GetReference(sums);
        ref var move = ref MemoryMarshal.GetReference(moves);
        ref var to = ref MemoryMarshal.GetReference(merged);
        nint i = Lanes, j = Lanes, at = Lanes, count = sums.Length;
        var rest = Bitonic(Vector256.LoadUnsafe(ref from) + Vector256.Create(moves[1]), Vector256.LoadUnsafe(ref from) + Vector256.Create(moves[0]), out var least);
        least.StoreUnsafe(ref to);
        while (i < count)
        {
            nint ahead = Unsafe.BitCast<bool, byte>(Unsafe.Add(ref from, i) + moves[1] <= Unsafe.Add(ref from, j) + moves[0]);
            var place = ahead != 0 ? i : j;
            rest = Bitonic(rest, Vector256.LoadUnsafe(ref from, (nuint)place) + Vector256.Create(Unsafe.Add(ref move, ahead)), out least);
            least.StoreUnsafe(ref to, (nuint)at);
            at += Lanes;
            i += Lanes * ahead;
            j += Lanes * (1 - ahead);
        }

        for (; j < count; j += Lanes, at += Lanes)
        {
            rest = Bitonic(rest, Vector256.LoadUnsafe(ref from, (nuint)j) + Vector256.Create(moves[0]), out least);
            least.StoreUnsafe(ref to, (nuint)at);
        }

        rest.StoreUnsafe(ref to, (nuint)at);
    }

    // Two sorted blocks: the four least come out, the four others come back, both sorted.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> Bitonic(Vector256<double> a, Vector256<double> b, out Vector256<double> least)
    {
        var reversed = Vector256.Shuffle(b, Vector256.Create(3L, 2, 1, 0));
        least = Sorted(Avx.Min(a, reversed));
        return Sorted(Avx.Max(a, reversed));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> Sorted(Vector256<double> v)
    {
        var partners = Vector256.Shuffle(v, Vector256.Create(2L, 3, 0, 1));
        v = Avx.Blend(Avx.Max(v, partners), Avx.Min(v, partners), 0b0011);
        partners = Vector256.Shuffle(v, Vector256.Create(1L, 0, 3, 2));
        return Avx.Blend(Avx.Max(v, partners), Avx.Min(v, partners), 0b0101);
    }
}
