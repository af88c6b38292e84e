using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Prunus.Lottery.Sparse;

/// <summary>Products with a batch [columns,lanes]: each kept weight is broadcast and multiplied with its row of lanes, sums stay in registers for a whole row of the matrix.</summary>
internal static unsafe class BatchKernels
{
    private const int Lanes = WeightMatrix.Lanes, Wide = 4 * Lanes;

    /// <summary>Y = W X.</summary>
    public static void Multiply(SparseMatrix matrix, float* x, float* y, int lanes)
    {
        if (!Avx512F.IsSupported)
        {
            Portable(matrix, x, y, lanes);
            return;
        }

        var lane = 0;
        for (; lane <= lanes - Wide; lane += Wide)
        {
            Wide512(matrix, x + lane, y + lane, lanes);
        }

        for (; lane < lanes; lane += Lanes)
        {
            Narrow512(matrix, x + lane, y + lane, lanes);
        }
    }

    /// <summary>Vectors of the processor's own width, a pair at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Portable(SparseMatrix matrix, float* x, float* y, int lanes)
    {
        var starts = matrix.Starts.Pointer;
        var columns = matrix.Numbers.Pointer;
        var values = matrix.Values.Pointer;
        var width = Vector<float>.Count;
        for (var row = 0; row < matrix.Rows; row++)
        {
            for (var lane = 0; lane < lanes; lane += 2 * width)
            {
                var pair = lane + width < lanes;
                var (a, b) = (Vector<float>.Zero, Vector<float>.Zero);
                for (var i = starts[row]; i < starts[row + 1]; i++)
                {
                    var weight = new Vector<float>(values[i]);
                    var from = x + (nint)columns[i] * lanes + lane;
                    a = Vector.MultiplyAddEstimate(weight, *(Vector<float>*)from, a);
                    b = pair ? Vector.MultiplyAddEstimate(weight, *(Vector<float>*)(from + width), b) : b;
                }

                *(Vector<float>*)(y + (nint)row * lanes + lane) = a;
                if (pair)
                {
                    *(Vector<float>*)(y + (nint)row * lanes + lane + width) = b;
                }
            }
        }
    }

    // 64 lanes: four sums for each of two weights at a time, eight chains in flight.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Wide512(SparseMatrix matrix, float* x, float* y, int stride)
    {
        var starts = matrix.Starts.Pointer;
        var columns = matrix.Numbers.Pointer;
        var values = matrix.Values.Pointer;
        for (var row = 0; row < matrix.Rows; row++)
        {
            var (i, end) = (starts[row], starts[row + 1]);
            Vector512<float> a0 = default, a1 = default, a2 = default, a3 = default, b0 = default, b1 = default, b2 = default, b3 = default;
            for (; i <= end - 2; i += 2)
            {
                var u = Vector512.Create(values[i]);
                var p = x + (nint)columns[i] * stride;
                var v = Vector512.Create(values[i + 1]);
                var q = x + (nint)columns[i + 1] * stride;
                a0 = Avx512F.FusedMultiplyAdd(u, Vector512.Load(p), a0);
                a1 = Avx512F.FusedMultiplyAdd(u, Vector512.Load(p + 16), a1);
                a2 = Avx512F.FusedMultiplyAdd(u, Vector512.Load(p + 32), a2);
                a3 = Avx512F.FusedMultiplyAdd(u, Vector512.Load(p + 48), a3);
                b0 = Avx512F.FusedMultiplyAdd(v, Vector512.Load(q), b0);
                b1 = Avx512F.FusedMultiplyAdd(v, Vector512.Load(q + 16), b1);
                b2 = Avx512F.FusedMultiplyAdd(v, Vector512.Load(q + 32), b2);
                b3 = Avx512F.FusedMultiplyAdd(v, Vector512.Load(q + 48), b3);
            }

            if (i < end)
            {
                var u = Vector512.Create(values[i]);
                var p = x + (nint)columns[i] * stride;
                a0 = Avx512F.FusedMultiplyAdd(u, Vector512.Load(p), a0);
                a1 = Avx512F.FusedMultiplyAdd(u, Vector512.Load(p + 16), a1);
                a2 = Avx512F.FusedMultiplyAdd(u, Vector512.Load(p + 32), a2);
                a3 = Avx512F.FusedMultiplyAdd(u, Vector512.Load(p + 48), a3);
            }

            var to = y + (nint)row * stride;
            (a0 + b0).Store(to);
            (a1 + b1).Store(to + 16);
            (a2 + b2).Store(to + 32);
            (a3 + b3).Store(to + 48);
        }
    }

    // 16 lanes: four weights at a time.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Narrow512(SparseMatrix matrix, float* x, float* y, int stride)
    {
        var starts = matrix.Starts.Pointer;
        var columns = matrix.Numbers.Pointer;
        var values = matrix.Values.Pointer;
        for (var row = 0; row < matrix.Rows; row++)
        {
            var (i, end) = (starts[row], starts[row + 1]);
            Vector512<float> a = default, b = default, c = default, d = default;
            for (; i <= end - 4; i += 4)
            {
                a = Avx512F.FusedMultiplyAdd(Vector512.Create(values[i]), Vector512.Load(x + (nint)columns[i] * stride), a);
                b = Avx512F.FusedMultiplyAdd(Vector512.Create(values[i + 1]), Vector512.Load(x + (nint)columns[i + 1] * stride), b);
                c = Avx512F.FusedMultiplyAdd(Vector512.Create(values[i + 2]), Vector512.Load(x + (nint)columns[i + 2] * stride), c);
                d = Avx512F.FusedMultiplyAdd(Vector512.Create(values[i + 3]), Vector512.Load(x + (nint)columns[i + 3] * stride), d);
            }

            for (; i < end; i++)
            {
                a = Avx512F.FusedMultiplyAdd(Vector512.Create(values[i]), Vector512.Load(x + (nint)columns[i] * stride), a);
            }

            (a + b + (c + d)).Store(y + (nint)row * stride);
        }
    }
}
