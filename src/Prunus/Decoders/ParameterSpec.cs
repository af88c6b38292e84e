namespace Prunus.Decoders;

/// <summary>One dimension of a parameter: which axis it lies on, and how many consecutive entries one index of that axis takes.</summary>
/// <param name="Axis">The axis, or null for a dimension that is never pruned.</param>
/// <param name="UnitSize">Entries per index: head_dim for heads in projections, 1 elsewhere.</param>
public readonly record struct AxisDimension(Axis? Axis, int UnitSize = 1);

/// <summary>A parameter of a decoder in our own (canonical) naming: its shape and the axes of its dimensions.</summary>
/// <param name="Name">Canonical name: <c>embed.weight</c>, <c>layers.3.attn.q.weight</c>, <c>norm_final.weight</c> …</param>
/// <param name="Layer">Layer index, or null outside the layers.</param>
/// <param name="Shape">[out, in] for matrices.</param>
/// <param name="Dimensions">The axis of each dimension, same length as <paramref name="Shape"/>.</param>
public sealed record ParameterSpec(string Name, int? Layer, IReadOnlyList<long> Shape, IReadOnlyList<AxisDimension> Dimensions)
{
    /// <summary>Number of elements.</summary>
    public long ElementCount { get; } = Shape.Aggregate(1L, (n, d) => checked(n * d));

    /// <summary>Whether this is the weight of a norm over the residual stream (not of one over head_dim).</summary>
    public bool IsNormWeight => Name.Contains("norm_", StringComparison.Ordinal) && Name.EndsWith(".weight", StringComparison.Ordinal) && Dimensions is [{ Axis: Axis.Hidden }];

    /// <summary>The norm that a weight with <see cref="IsNormWeight"/> belongs to: <c>layers.3.norm_mlp_in</c>.</summary>
    public string NormName => Name[..Name.LastIndexOf('.')];
}
