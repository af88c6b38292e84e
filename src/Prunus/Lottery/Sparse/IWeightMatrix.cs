namespace Prunus.Lottery.Sparse;

/// <summary>A matrix that is multiplied with vectors and batches without libtorch.</summary>
public interface IWeightMatrix : IDisposable
{
    int Rows { get; }

    int Columns { get; }

    /// <summary>Elements that are not zero.</summary>
    int Kept { get; }

    /// <summary><c>sparse</c> or <c>dense</c>.</summary>
    string Kind { get; }

    /// <summary>y = W x.</summary>
    /// <param name="x">[columns].</param>
    /// <param name="y">[rows].</param>
    void Multiply(ReadOnlySpan<float> x, Span<float> y);

    /// <summary>Y = W X for a batch whose items lie side by side.</summary>
    /// <param name="x">[columns,lanes] row-major.</param>
    /// <param name="y">[rows,lanes] row-major.</param>
    /// <param name="lanes">Items, a multiple of <see cref="WeightMatrix.Lanes"/> (pad with zeros).</param>
    void Multiply(ReadOnlySpan<float> x, Span<float> y, int lanes);
}
