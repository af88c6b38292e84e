using System.Runtime.CompilerServices;

namespace Prunus.Lottery.Sparse;

/// <summary>Products with one vector, row by row: on any processor.</summary>
internal static unsafe class RowKernels
{
    /// <summary>y = W x with four sums a row, so that additions do not wait for each other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(SparseMatrix matrix, float* x, float* y)
    {
        var starts = matrix.Starts.Pointer;
        var columns = matrix.Numbers.Pointer;
        var values = matrix.Values.Pointer;
        for (var row = 0; row < matrix.Rows; row++)
        {
            var (i, end) = (starts[row], starts[row + 1]);
            float a = 0, b = 0, c = 0, d = 0;
            for (; i <= end - 4; i += 4)
            {
                a += values[i] * x[columns[i]];
                b += values[i + 1] * x[columns[i + 1]];
                c += values[i + 2] * x[columns[i + 2]];
                d += values[i + 3] * x[columns[i + 3]];
            }

            for (; i < end; i++)
            {
                a += values[i] * x[columns[i]];
            }

            y[row] = a + b + (c + d);
        }
    }
}
