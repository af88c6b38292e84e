namespace Prunus.Lottery.Strong.Bounds;

/// <summary>A layer of the target and of the net that stands in for it, with what rounding depends on.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Target">The target's weight, row-major.</param>
/// <param name="TargetBias">Its bias; zeros without one.</param>
/// <param name="Other">Weight of the other net: the numbers it computes with.</param>
/// <param name="OtherBias">Its bias.</param>
/// <param name="Magnitude">Sum of the magnitudes of the products that a weight of the other net is made of; its magnitude where it is one number.</param>
/// <param name="BiasMagnitude">The same of its bias.</param>
/// <param name="OtherTerms">Most roundings that a term of the other net's output goes through.</param>
public sealed record BoundedLayer(
    StrongLayer Layer, double[] Target, double[] TargetBias, double[] Other, double[] OtherBias, double[] Magnitude, double[] BiasMagnitude, int OtherTerms)
{
    /// <summary>Roundings of the target: products and sums of a row, and the bias.</summary>
    public int TargetTerms => Layer.Fan + 1;
}

/// <summary>How the other net is computed.</summary>
public enum StrongForm
{
    /// <summary>As a net of the target's shape with the summed weights.</summary>
    Summed,

    /// <summary>As the pruned random net, two layers for each (<see cref="PairNet"/>).</summary>
    Pairs,
}
