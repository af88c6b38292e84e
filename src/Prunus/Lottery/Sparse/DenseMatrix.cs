using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Prunus.Lottery.Sparse;

/// <summary>A matrix with all its elements, for layers that masks have hardly thinned.</summary>
public sealed unsafe class DenseMatrix : IWeightMatrix
{
    private const int RowBlock = 4;
    private readonly AlignedBuffer<float> _values;

    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="values">[rows,columns] row-major.</param>
    public DenseMatrix(int rows, int columns, ReadOnlySpan<float> values)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(values.Length, rows * columns);
        (Rows, Columns, Kept, _values) = (rows, columns, values.Length - values.Count(0f), new(values));
    }

    public int Rows { get; }

    public int Columns { get; }

    public int Kept { get; }

    public string Kind => "dense";

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Multiply(ReadOnlySpan<float> x, Span<float> y)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(x.Length, Columns);
        ArgumentOutOfRangeException.ThrowIfLessThan(y.Length, Rows);
        fixed (float* from = x)
        {
            for (var row = 0; row < Rows; row++)
            {
                y[row] = Dot(_values.Pointer + (nint)row * Columns, from, Columns);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Multiply(ReadOnlySpan<float> x, Span<float> y, int lanes)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(lanes % WeightMatrix.Lanes, 0);
        ArgumentOutOfRangeException.ThrowIfLessThan(x.Length, Columns * lanes);
        ArgumentOutOfRangeException.ThrowIfLessThan(y.Length, Rows * lanes);
        fixed (float* from = x, to = y)
        {
            for (var lane = 0; lane < lanes; lane += WeightMatrix.Lanes)
            {
                var row = 0;
                for (; row <= Rows - RowBlock; row += RowBlock)
                {
                    Block(_values.Pointer + (nint)row * Columns, from + lane, to + (nint)row * lanes + lane, lanes);
                }

                for (; row < Rows; row++)
                {
                    Single(_values.Pointer + (nint)row * Columns, from + lane, to + (nint)row * lanes + lane, lanes);
                }
            }
        }
    }

    public void Dispose() => _values.Dispose();

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Dot(float* weights, float* x, int count)
    {
        Vector512<float> a = default, b = default;
        var i = 0;
        for (; i <= count - 32; i += 32)
        {
            a = Vector512.FusedMultiplyAdd(Vector512.Load(weights + i), Vector512.Load(x + i), a);
            b = Vector512.FusedMultiplyAdd(Vector512.Load(weights + i + 16), Vector512.Load(x + i + 16), b);
        }

        var sum = Vector512.Sum(a + b);
        for (; i < count; i++)
        {
            sum += weights[i] * x[i];
        }

        return sum;
    }

    // Four rows × 16 lanes.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Block(float* weights, float* x, float* y, int stride)
    {
        Vector512<float> a = default, b = default, c = default, d = default;
        for (var column = 0; column < Columns; column++)
        {
            var from = Vector512.Load(x + (nint)column * stride);
            a = Vector512.FusedMultiplyAdd(Vector512.Create(weights[column]), from, a);
            b = Vector512.FusedMultiplyAdd(Vector512.Create(weights[Columns + column]), from, b);
            c = Vector512.FusedMultiplyAdd(Vector512.Create(weights[2 * Columns + column]), from, c);
            d = Vector512.FusedMultiplyAdd(Vector512.Create(weights[3 * Columns + column]), from, d);
        }

        a.Store(y);
        b.Store(y + stride);
        c.Store(y + 2 * stride);
        d.Store(y + 3 * stride);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Single(float* weights, float* x, float* y, int stride)
    {
        var sum = Vector512<float>.Zero;
        for (var column = 0; column < Columns; column++)
        {
            sum = Vector512.FusedMultiplyAdd(Vector512.Create(weights[column]), Vector512.Load(x + (nint)column * stride), sum);
        }

        sum.Store(y);
    }
}
