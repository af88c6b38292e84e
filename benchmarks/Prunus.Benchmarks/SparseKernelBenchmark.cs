using System.Globalization;
using Prunus.Lottery.Sparse;
using Prunus.Native;
using Prunus.Randomness;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Benchmarks;

/// <summary>Sparse products against libtorch's dense matrix product, one thread, by turns in one run. Weights at random places; the batch lies as [columns,batch] for both.</summary>
internal static class SparseKernelBenchmark
{
    private static readonly double[] Sparsities = [0.50, 0.80, 0.85, 0.90, 0.95, 0.98];
    private static readonly (int Rows, int Columns)[] Shapes = [(1024, 1024), (4096, 1024)];

    public static void Run(int rounds)
    {
        Libtorch.Load();
        set_num_threads(1);
        Console.WriteLine($"one thread, float32, {rounds} rounds by turns; µs (median), ratio = sparse / the faster mm");
        Console.WriteLine("rows x columns  batch  sparsity   mm(W, X)  mm(X', W')  our dense  sparse     ratio (least, median)");
        foreach (var (rows, columns) in Shapes)
        {
            foreach (var batch in (int[])[1, 64])
            {
                foreach (var sparsity in Sparsities)
                {
                    Measure(rows, columns, batch, sparsity, rounds);
                }
            }
        }
    }

    private static void Measure(int rows, int columns, int batch, double sparsity, int rounds)
    {
        using var scope = NewDisposeScope();
        var draw = new Philox4x32(1);
        var values = new float[rows * columns];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = draw.Uniform((ulong)i) < sparsity ? 0 : (float)draw.Normal((ulong)i);
        }

        var (w, x) = (tensor(values, [rows, columns]), randn(columns, batch));
        var (items, transposed) = (x.t().contiguous(), w.t());
        using var sparse = new SparseMatrix(rows, columns, values);
        using var dense = new DenseMatrix(rows, columns, values);
        var (input, output) = (x.data<float>().ToArray(), new float[rows * batch]);

        // Many calls a round: one is a few microseconds.
        var calls = Math.Max(1, 40_000_000 / (rows * columns * Math.Max(1, batch / 8)));
        var times = Timing.ByTurns(rounds,
            () => Repeat(calls, () => mm(w, x).Dispose()),
            () => Repeat(calls, () => mm(items, transposed).Dispose()),
            () => Repeat(calls, () => Multiply(dense, input, output, batch)),
            () => Repeat(calls, () => Multiply(sparse, input, output, batch)));

        // libtorch lays a product out by the order of its operands: the faster one counts.
        var (least, median) = (Math.Min(times[0].Least, times[1].Least), Math.Min(times[0].Median, times[1].Median));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{rows,5} x {columns,-7} {batch,6} {100 * sparsity,8:0} % {Micro(times[0].Median, calls)} {Micro(times[1].Median, calls)} {Micro(times[2].Median, calls)} {Micro(times[3].Median, calls)} {times[3].Least / least,8:0.000} {times[3].Median / median,8:0.000}"));
    }

    private static string Micro(double seconds, int calls) => string.Create(CultureInfo.InvariantCulture, $"{1e6 * seconds / calls,10:0.0}");

    private static void Repeat(int calls, Action call)
    {
        for (var i = 0; i < calls; i++)
        {
            call();
        }
    }

    private static void Multiply(IWeightMatrix matrix, float[] x, float[] y, int batch)
    {
        if (batch == 1)
        {
            matrix.Multiply(x, y);
        }
        else
        {
            matrix.Multiply(x, y, batch);
        }
    }
}
