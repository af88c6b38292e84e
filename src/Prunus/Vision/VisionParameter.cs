namespace Prunus.Vision;

/// <summary>What a tensor of a net is.</summary>
public enum VisionRole
{
    /// <summary>Kernels [out, in, height, width].</summary>
    ConvolutionWeight,

    /// <summary>Matrix [out, in].</summary>
    LinearWeight,

    /// <summary>Bias of a convolution or linear layer [out].</summary>
    Bias,

    /// <summary>Scale of a batch normalisation [channels].</summary>
    NormScale,

    /// <summary>Shift of a batch normalisation [channels].</summary>
    NormShift,

    /// <summary>Running mean of a batch normalisation [channels]; a buffer.</summary>
    RunningMean,

    /// <summary>Running variance of a batch normalisation [channels]; a buffer.</summary>
    RunningVariance,
}

/// <summary>A tensor of a net: its name, shape, and the axes of its dimensions.</summary>
/// <param name="Name">As PyTorch would call it: <c>conv1.weight</c>, <c>layer1.0.bn2.running_var</c> …</param>
/// <param name="Layer">Position of its convolution or linear layer in the order of the pass, from 0; a normalisation belongs to the convolution before it.</param>
/// <param name="Role">What it is.</param>
/// <param name="IsOutput">Whether it belongs to the layer that gives the logits.</param>
/// <param name="Shape">Dimensions, row-major.</param>
/// <param name="Axes">The axis of each dimension, same length as <paramref name="Shape"/>.</param>
public sealed record VisionParameter(string Name, int Layer, VisionRole Role, bool IsOutput, IReadOnlyList<long> Shape, IReadOnlyList<VisionAxis> Axes)
{
    /// <summary>Number of elements.</summary>
    public long ElementCount { get; } = Shape.Aggregate(1L, (n, d) => checked(n * d));

    /// <summary>Places of the output map that the same weights are used for; 1 in a linear layer.</summary>
    public int Positions { get; init; } = 1;

    /// <summary>Whether masks may cover it: weights of convolutions and linear layers; never biases nor normalisations (Frankle and Carbin 2019).</summary>
    public bool IsPrunable => Role is VisionRole.ConvolutionWeight or VisionRole.LinearWeight;

    /// <summary>Whether it is kept by the pass itself instead of being trained.</summary>
    public bool IsBuffer => Role is VisionRole.RunningMean or VisionRole.RunningVariance;

    /// <summary>Values that one output unit reads: in · height · width. Weights only.</summary>
    public long FanIn => IsPrunable ? ElementCount / Shape[0] : throw new InvalidOperationException($"{Name} is no weight");

    /// <summary>Values that one input unit goes to: out · height · width. Weights only.</summary>
    public long FanOut => IsPrunable ? ElementCount / Shape[1] : throw new InvalidOperationException($"{Name} is no weight");
}
