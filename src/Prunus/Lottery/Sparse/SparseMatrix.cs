namespace Prunus.Lottery.Sparse;

/// <summary>A matrix without its zeros, ready to be multiplied with a vector or a batch. Rows one after another (CSR) with column numbers of 16 bits for batches; for vectors also in slices of 16 rows
/// (<see cref="SlicedRows"/>) where the processor has AVX-512.</summary>
public sealed class SparseMatrix : IWeightMatrix
{
    /// <summary>Most columns.</summary>
    public const int MostColumns = 1 << 16;

    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns, <see cref="MostColumns"/> at most.</param>
    /// <param name="dense">[rows,columns] row-major; zeros are left out.</param>
    public SparseMatrix(int rows, int columns, ReadOnlySpan<float> dense)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(dense.Length, rows * columns);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(columns, MostColumns);
        var (starts, numbers, values) = (new int[rows + 1], new List<ushort>(), new List<float>());
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++)
            {
                if (dense[row * columns + column] is var value && value != 0)
                {
                    numbers.Add((ushort)column);
                    values.Add(value);
                }
            }

            starts[row + 1] = values.Count;
        }

        (Rows, Columns, Starts) = (rows, columns, new(starts));
        (Numbers, Values) = (new([.. numbers]), new([.. values]));
        Slices = SlicedRows.IsFast && columns >= SlicedRows.Window ? new SlicedRows(this) : null;
    }

    public int Rows { get; }

    public int Columns { get; }

    public int Kept => Values.Count;

    public string Kind => "sparse";

    /// <summary>Kept / (rows · columns); 1 for a matrix without elements.</summary>
    public double Density => Rows * Columns == 0 ? 1 : (double)Kept / ((long)Rows * Columns);

    internal AlignedBuffer<int> Starts { get; }

    internal AlignedBuffer<ushort> Numbers { get; }

    internal AlignedBuffer<float> Values { get; }

    internal SlicedRows? Slices { get; }

    public unsafe void Multiply(ReadOnlySpan<float> x, Span<float> y)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(x.Length, Columns);
        ArgumentOutOfRangeException.ThrowIfLessThan(y.Length, Rows);
        fixed (float* from = x, to = y)
        {
            if (Slices is not null)
            {
                Slices.Multiply(from, to);
            }
            else
            {
                RowKernels.Multiply(this, from, to);
            }
        }
    }

    public unsafe void Multiply(ReadOnlySpan<float> x, Span<float> y, int lanes)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(lanes % WeightMatrix.Lanes, 0);
        ArgumentOutOfRangeException.ThrowIfLessThan(x.Length, Columns * lanes);
        ArgumentOutOfRangeException.ThrowIfLessThan(y.Length, Rows * lanes);
        fixed (float* from = x, to = y)
        {
            BatchKernels.Multiply(this, from, to, lanes);
        }
    }

    public void Dispose()
    {
        Starts.Dispose();
        Numbers.Dispose();
        Values.Dispose();
        Slices?.Dispose();
    }
}
