namespace Prunus.Lottery.Strong.Bounds;

/// <summary>A float arithmetic with rounding to nearest. Bounds are those of Higham 2002 ("Accuracy and Stability of Numerical Algorithms", 3.1): a sum of k products in any order, with
/// or without fused multiply-add, is off by at most γ_k · Σ|products|, γ_k = k·u / (1 - k·u). They hold for libtorch's CPU kernels (direct and matrix-product convolutions), not for
/// TF32 or Winograd kernels of a GPU.</summary>
/// <param name="Id">As users write it.</param>
/// <param name="UnitRoundoff">u: half the distance from 1 to the next number; 0 for exact arithmetic.</param>
/// <param name="Least">Largest error of a product that underflows.</param>
public sealed record Arithmetic(string Id, double UnitRoundoff, double Least)
{
    /// <summary>No rounding.</summary>
    public static Arithmetic Exact { get; } = new("exact", 0, 0);

    /// <summary>float64.</summary>
    public static Arithmetic Float64 { get; } = new("float64", 1.0 / (1L << 53), double.Epsilon);

    /// <summary>float32.</summary>
    public static Arithmetic Float32 { get; } = new("float32", 1.0 / (1L << 24), float.Epsilon);

    /// <summary>γ_k.</summary>
    public double Gamma(int terms) => terms * UnitRoundoff / (1 - (terms * UnitRoundoff));
}
