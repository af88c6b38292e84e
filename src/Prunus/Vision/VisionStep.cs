namespace Prunus.Vision;

/// <summary>One step of a net's pass.</summary>
/// <param name="Name">Prefix of the step's parameters, and its name to a <see cref="VisionVisitor"/>.</param>
public abstract record VisionStep(string Name);

/// <summary>Cross-correlation with zero padding kernel/2 on every side: [N,in,H,W] → [N,channels,⌈H/stride⌉,⌈W/stride⌉].</summary>
/// <param name="Name">Prefix of <c>weight</c> and <c>bias</c>.</param>
/// <param name="Channels">Output channels.</param>
/// <param name="Kernel">Rows and columns of the kernel; odd.</param>
/// <param name="Stride">Step of the kernel in both directions.</param>
/// <param name="Bias">Whether a bias is added.</param>
public sealed record Convolution(string Name, int Channels, int Kernel = 3, int Stride = 1, bool Bias = true) : VisionStep(Name)
{
    /// <summary>The axis of the output channels where they are shared with other layers; by default one of the layer's own.</summary>
    public VisionAxis Output { get; init; } = new(Name);
}

/// <summary>Batch normalisation of each channel (Ioffe and Szegedy 2015, arXiv 1502.03167).</summary>
/// <param name="Name">Prefix of <c>weight</c>, <c>bias</c>, <c>running_mean</c>, <c>running_var</c>.</param>
public sealed record BatchNorm(string Name) : VisionStep(Name);

/// <summary>max(x, 0).</summary>
/// <param name="Name">Name to a visitor.</param>
public sealed record Relu(string Name) : VisionStep(Name);

/// <summary>Maximum over squares of 2×2: [N,C,H,W] → [N,C,⌊H/2⌋,⌊W/2⌋].</summary>
/// <param name="Name">Name to a visitor.</param>
public sealed record MaxPool(string Name) : VisionStep(Name);

/// <summary>Mean over the whole map: [N,C,H,W] → [N,C].</summary>
/// <param name="Name">Name to a visitor.</param>
public sealed record AveragePool(string Name) : VisionStep(Name);

/// <summary>Channel by channel, row by row: [N,C,H,W] → [N,C·H·W].</summary>
/// <param name="Name">Name to a visitor.</param>
public sealed record Flatten(string Name) : VisionStep(Name);

/// <summary>x Wᵀ + b: [N,in] → [N,units].</summary>
/// <param name="Name">Prefix of <c>weight</c> and <c>bias</c>.</param>
/// <param name="Units">Outputs.</param>
public sealed record Linear(string Name, int Units) : VisionStep(Name);

/// <summary>
/// relu(branch(x) + shortcut(x)). The shortcut has no parameters (option A of He et al. 2016, arXiv 1512.03385, section 4.2): every stride-th row and column,
/// and zero channels, as many before as after.
/// </summary>
/// <param name="Name">Name to a visitor, which sees the value after the ReLU.</param>
/// <param name="Branch">Steps of the branch.</param>
public sealed record Residual(string Name, IReadOnlyList<VisionStep> Branch) : VisionStep(Name)
{
    /// <summary>Rows and columns of the input per one of the output: the strides of the branch's convolutions multiplied.</summary>
    public int Stride => Branch.OfType<Convolution>().Aggregate(1, (stride, convolution) => stride * convolution.Stride);
}
