using Prunus.Lottery.Sparse;
using Prunus.Randomness;

namespace Prunus.Tests.Lottery.Sparse;

public sealed unsafe class SparseKernelTests
{
    private static readonly (int Rows, int Columns)[] Shapes = [(1, 1), (3, 5), (17, 31), (16, 32), (33, 33), (10, 100), (300, 784), (65, 1000), (5, 0), (0, 7)];

    [Theory]
    [InlineData(0)]
    [InlineData(0.01)]
    [InlineData(0.1)]
    [InlineData(0.5)]
    [InlineData(1)]
    public void Vector_EqualsTheDenseProductInDouble(double density)
    {
        foreach (var (rows, columns) in Shapes)
        {
            var (weights, x) = (Weights(rows, columns, density), Values(columns, 9));
            using var sparse = new SparseMatrix(rows, columns, weights);
            using var dense = new DenseMatrix(rows, columns, weights);
            Assert.Equal(weights.Count(w => w != 0), sparse.Kept);
            var (expected, bound) = Reference(rows, columns, weights, x, 1);
            foreach (var y in new[] { Product(rows, y => sparse.Multiply(x, y)), Product(rows, y => dense.Multiply(x, y)), Product(rows, y => Rows(sparse, x, y)) })
            {
                AssertWithin(expected, bound, y);
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.03)]
    [InlineData(0.4)]
    [InlineData(1)]
    public void Batch_EqualsTheDenseProductInDouble(double density)
    {
        foreach (var (rows, columns) in Shapes.Where(s => s.Rows < 300))
        {
            foreach (var lanes in (int[])[16, 48, 64, 80, 144])
            {
                var (weights, x) = (Weights(rows, columns, density), Values(columns * lanes, 5));
                using var sparse = new SparseMatrix(rows, columns, weights);
                using var dense = new DenseMatrix(rows, columns, weights);
                var (expected, bound) = Reference(rows, columns, weights, x, lanes);
                AssertWithin(expected, bound, Product(rows * lanes, y => sparse.Multiply(x, y, lanes)));
                AssertWithin(expected, bound, Product(rows * lanes, y => dense.Multiply(x, y, lanes)));
                AssertWithin(expected, bound, Product(rows * lanes, y => Portable(sparse, x, y, lanes)));
            }
        }
    }

    [Fact]
    public void EmptyRows_AndOneFullRow()
    {
        var weights = new float[40 * 64];
        Array.Fill(weights, 1, 7 * 64, 64);
        using var sparse = new SparseMatrix(40, 64, weights);
        var y = Product(40, y => sparse.Multiply(Enumerable.Repeat(0.5f, 64).ToArray(), y));
        Assert.Equal(Enumerable.Range(0, 40).Select(i => i == 7 ? 32f : 0), y);
    }

    [Fact]
    public void OneOf_ByDensity()
    {
        using var sparse = WeightMatrix.Of(10, 10, Weights(10, 10, 0.1));
        using var dense = WeightMatrix.Of(10, 10, Weights(10, 10, 1));
        Assert.Equal(("sparse", "dense"), (sparse.Kind, dense.Kind));
        Assert.Throws<ArgumentOutOfRangeException>(() => sparse.Multiply(new float[100], new float[100], 10));
        Assert.Throws<ArgumentOutOfRangeException>(() => sparse.Multiply(new float[9], new float[10]));
    }

    private static float[] Weights(int rows, int columns, double density)
    {
        var draw = new Philox4x32((ulong)(rows * 1000 + columns));
        return [.. Enumerable.Range(0, rows * columns).Select(i => draw.Uniform((ulong)i) < density ? (float)draw.Normal((ulong)i + 1_000_000) : 0)];
    }

    private static float[] Values(int count, ulong seed) => [.. Enumerable.Range(0, count).Select(i => (float)new Philox4x32(seed).Normal((ulong)i))];

    private static float[] Product(int count, Action<float[]> multiply)
    {
        var y = Enumerable.Repeat(float.NaN, count).ToArray();
        multiply(y);
        return y;
    }

    private static void Rows(SparseMatrix matrix, float[] x, float[] y)
    {
        fixed (float* from = x, to = y)
        {
            RowKernels.Multiply(matrix, from, to);
        }
    }

    private static void Portable(SparseMatrix matrix, float[] x, float[] y, int lanes)
    {
        fixed (float* from = x, to = y)
        {
            BatchKernels.Portable(matrix, from, to, lanes);
        }
    }

    // The sum in double, and how far float32 may be from it: n · 2^-24 · Σ|w x|, whatever the order of additions.
    private static (double[] Sums, double[] Bounds) Reference(int rows, int columns, float[] weights, float[] x, int lanes)
    {
        var (sums, bounds) = (new double[rows * lanes], new double[rows * lanes]);
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++)
            {
                for (var lane = 0; lane < lanes; lane++)
                {
                    var term = (double)weights[row * columns + column] * x[column * lanes + lane];
                    sums[row * lanes + lane] += term;
                    bounds[row * lanes + lane] += Math.Abs(term) * (columns + 4) * Math.Pow(2, -24);
                }
            }
        }

        return (sums, bounds);
    }

    private static void AssertWithin(double[] expected, double[] bounds, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < actual.Length; i++)
        {
            Assert.True(Math.Abs(actual[i] - expected[i]) <= bounds[i], $"{i}: {actual[i]} is not {expected[i]} ± {bounds[i]}");
        }
    }
}
