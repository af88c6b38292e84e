namespace Prunus.Lottery.Sparse;

/// <summary>Chooses between sparse and dense.</summary>
public static class WeightMatrix
{
    /// <summary>Items of a batch come in multiples of this.</summary>
    public const int Lanes = 16;

    /// <summary>
    /// Up to this density a matrix is kept sparse: a kept weight costs the sparse kernels as much as 1.5 to 1.8 elements cost the dense ones
    /// (benchmark <c>sparse-kernel</c>, AMD Zen 5; docs/methods/sparse-inference.md has the numbers).
    /// </summary>
    public const double MostDensity = 0.5;

    /// <summary>The faster of both for a matrix.</summary>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="values">[rows,columns] row-major.</param>
    public static IWeightMatrix Of(int rows, int columns, ReadOnlySpan<float> values)
    {
        var kept = values.Length - values.Count(0f);
        return columns <= SparseMatrix.MostColumns && kept <= MostDensity * values.Length ? new SparseMatrix(rows, columns, values) : new DenseMatrix(rows, columns, values);
    }
}
