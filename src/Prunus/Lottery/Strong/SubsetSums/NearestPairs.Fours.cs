using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Prunus.Lottery.Strong.SubsetSums;

/// <summary>The search in blocks of four, where there is AVX2 and no AVX-512.</summary>
internal ref partial struct NearestPairs
{
    private const int FourLanes = 4;

    internal void Fours()
    {
        ref var low = ref MemoryMarshal.GetReference(_low);
        ref var high = ref MemoryMarshal.GetReference(_high);
        nint i = 0, j = _high.Length - FourLanes, count = _low.Length;
        var slack = Slack();
        var (sought, bound) = (Vector256.Create(target), Vector256.Create(Error + slack));
        while (i < count && j >= 0)
        {
            Vector256<double> a = Vector256.LoadUnsafe(ref low, (nuint)i) - sought, b = Vector256.LoadUnsafe(ref high, (nuint)j);
            if (Vector256.LessThanOrEqualAny(LeastOfFours(a, b), bound))
            {
                OneByOne((int)i, (int)i + FourLanes, (int)j, (int)j + FourLanes);
                if (any && Found.Count > 0)
                {
                    return;
                }

                bound = Vector256.Create(Error + slack);
            }

            nint step = Unsafe.BitCast<bool, byte>(Unsafe.Add(ref low, i + FourLanes - 1) + Unsafe.Add(ref high, j) > target);
            j -= FourLanes * step;
            i += FourLanes * (1 - step);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> LeastOfFours(Vector256<double> a, Vector256<double> b)
    {
        var swapped = Vector256.Shuffle(b, Vector256.Create(2L, 3, 0, 1));
        return Avx.Min(PairsOfFours(a, b), PairsOfFours(a, swapped));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> PairsOfFours(Vector256<double> a, Vector256<double> b) =>
        Avx.Min(Vector256.Abs(a + b), Vector256.Abs(a + Vector256.Shuffle(b, Vector256.Create(1L, 0, 3, 2))));
}
