namespace Prunus.Lottery;

/// <summary>What masks treat alike: convolutions are often pruned at another rate than fully connected layers.</summary>
public enum TicketTensorKind
{
    /// <summary>Kernels [out, in, height, width].</summary>
    Convolution,

    /// <summary>Matrix [out, in].</summary>
    Linear,

    /// <summary>Bias, scale, shift, embedding, running statistic: never masked.</summary>
    Other,
}

/// <summary>A tensor of a net.</summary>
/// <param name="Name">Its name in the net.</param>
/// <param name="Shape">Dimensions, row-major, of one net.</param>
/// <param name="Kind">What it is.</param>
/// <param name="IsPrunable">Whether masks may cover it.</param>
/// <param name="IsOutput">Whether it belongs to the layer that gives the logits.</param>
/// <param name="IsBuffer">Whether the pass keeps it instead of training it.</param>
public sealed record TicketTensor(string Name, IReadOnlyList<long> Shape, TicketTensorKind Kind, bool IsPrunable, bool IsOutput = false, bool IsBuffer = false)
{
    /// <summary>Number of elements of one net.</summary>
    public long ElementCount { get; } = Shape.Aggregate(1L, (n, d) => checked(n * d));
}
