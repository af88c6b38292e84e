using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Prunus.Lottery.Sparse;

/// <summary>
/// A sparse matrix in slices of 16 rows, one row a lane (after the sliced ELLPACK of Monakov, Lokhmotov and Avetisyan 2010). A step takes at most one element of each row, all from a window of 32 columns: x is
/// then two registers, and one permutation (vpermi2ps) brings each lane its own x without a gather. Lanes whose next element lies beyond the window wait with a zero.
/// </summary>
internal sealed unsafe class SlicedRows : IDisposable
{
    /// <summary>Columns that a step can reach.</summary>
    public const int Window = 32;

    private const int Lanes = 16;
    private readonly AlignedBuffer<int> _starts, _rows;
    private readonly AlignedBuffer<ushort> _bases;
    private readonly AlignedBuffer<byte> _places;
    private readonly AlignedBuffer<float> _values;

    public SlicedRows(SparseMatrix matrix)
    {
        var (starts, bases, places, values) = (new List<int> { 0 }, new List<ushort>(), new List<byte>(), new List<float>());

        // Rows of like length in one slice: the longest says how many steps the others wait.
        var order = Enumerable.Range(0, matrix.Rows).OrderByDescending(row => matrix.Starts.Span[row + 1] - matrix.Starts.Span[row]).ToList();
        for (var first = 0; first < order.Count; first += Lanes)
        {
            Slice(matrix, [.. order.Skip(first).Take(Lanes)], bases, places, values);
            starts.Add(bases.Count);
        }

        (_starts, _rows, _bases, _places, _values) = (new([.. starts]), new([.. order]), new([.. bases]), new([.. places]), new([.. values]));
        Steps = bases.Count;
    }

    /// <summary>Whether the processor has what makes this layout pay.</summary>
    public static bool IsFast => Avx512F.IsSupported;

    /// <summary>Steps of all slices; 16 elements at most in each.</summary>
    public int Steps { get; }

    /// <summary>y = W x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Multiply(float* x, float* y)
    {
        var starts = _starts.Pointer;
        var bases = _bases.Pointer;
        var places = _places.Pointer;
        var values = _values.Pointer;
        var results = stackalloc float[Lanes];
        for (var slice = 0; slice < _starts.Count - 1; slice++)
        {
            var (even, odd) = (Vector512<float>.Zero, Vector512<float>.Zero);
            for (var step = starts[slice]; step < starts[slice + 1]; step += 2)
            {
                even = Step(x + bases[step], places + Lanes * step, values + Lanes * step, even);
                odd = Step(x + bases[step + 1], places + Lanes * step + Lanes, values + Lanes * step + Lanes, odd);
            }

            (even + odd).Store(results);
            var count = Math.Min(Lanes, _rows.Count - Lanes * slice);
            for (var lane = 0; lane < count; lane++)
            {
                y[_rows.Pointer[Lanes * slice + lane]] = results[lane];
            }
        }
    }

    public void Dispose()
    {
        _starts.Dispose();
        _rows.Dispose();
        _bases.Dispose();
        _places.Dispose();
        _values.Dispose();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Step(float* window, byte* places, float* values, Vector512<float> sum) => Avx512F.FusedMultiplyAdd(
        Vector512.LoadAligned(values),
        Avx512F.PermuteVar16x32x2(Vector512.Load(window), Avx512F.ConvertToVector512Int32(Vector128.LoadAligned(places)), Vector512.Load(window + Lanes)),
        sum);

    private static void Slice(SparseMatrix matrix, int[] rows, List<ushort> bases, List<byte> places, List<float> values)
    {
        var next = rows.Select(row => matrix.Starts.Span[row]).ToArray();
        var ends = rows.Select(row => matrix.Starts.Span[row + 1]).ToArray();
        var steps = 0;
        for (; ; steps++)
        {
            var least = Enumerable.Range(0, rows.Length).Where(lane => next[lane] < ends[lane]).Select(lane => (int)matrix.Numbers.Span[next[lane]]).DefaultIfEmpty(-1).Min();
            if (least < 0)
            {
                break;
            }

            // The last window must not reach beyond x.
            var start = Math.Min(least, matrix.Columns - Window);
            bases.Add((ushort)start);
            for (var lane = 0; lane < Lanes; lane++)
            {
                var taken = lane < rows.Length && next[lane] < ends[lane] && matrix.Numbers.Span[next[lane]] < start + Window;
                places.Add(taken ? (byte)(matrix.Numbers.Span[next[lane]] - start) : (byte)0);
                values.Add(taken ? matrix.Values.Span[next[lane]++] : 0);
            }
        }

        // The kernel takes two steps at a time.
        if (steps % 2 == 1)
        {
            bases.Add(0);
            places.AddRange(new byte[Lanes]);
            values.AddRange(new float[Lanes]);
        }
    }
}
