namespace Prunus.Training;

/// <summary>Type that the model computes in during training. Weights are float32 in any case.</summary>
public enum Precision
{
    /// <summary>bfloat16 on a GPU, float32 on a CPU.</summary>
    Auto,

    /// <summary>float32 throughout.</summary>
    Float32,

    /// <summary>Forward and backward pass on bfloat16 copies of the weights.</summary>
    BFloat16,
}
