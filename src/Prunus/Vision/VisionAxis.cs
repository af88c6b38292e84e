namespace Prunus.Vision;

/// <summary>Which units one dimension of a parameter runs over. Dimensions of one axis are cut together.</summary>
/// <param name="Name">The layer whose outputs the units are (<c>fc1</c>, <c>conv3</c>), or <c>stream</c> for a residual stream that blocks share;
/// null for what is never cut: input channels, pixels, classes, rows and columns of a kernel.</param>
/// <param name="UnitSize">Consecutive entries per unit: height × width of a map where a flattened one enters a linear layer, 1 elsewhere.</param>
/// <param name="Offset">Unit that the first entry belongs to. Where a residual stream gets wider by zero channels on both sides, channel 0 of the narrower
/// stage is unit <c>Offset</c> of the widest.</param>
public readonly record struct VisionAxis(string? Name, int UnitSize = 1, int Offset = 0)
{
    /// <summary>A dimension that is never cut.</summary>
    public static VisionAxis Fixed { get; } = new(null);
}
