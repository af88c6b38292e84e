namespace Prunus.Vision;

/// <summary>An image classification net as data: what it takes and its steps.</summary>
/// <param name="Id">As in <see cref="VisionNets"/>: <c>conv-4</c>, <c>mlp:64-32</c>.</param>
/// <param name="Input">Size of its images.</param>
/// <param name="Classes">Number of logits.</param>
/// <param name="Steps">The pass in order. The last step gives the logits.</param>
public sealed record VisionConfig(string Id, MapShape Input, int Classes, IReadOnlyList<VisionStep> Steps)
{
    /// <summary>Every tensor in the order of the pass, buffers among them.</summary>
    /// <exception cref="PrunusInputException">The images are too small for the net.</exception>
    public IReadOnlyList<VisionParameter> Tensors() => new VisionShapes(this).Parameters;

    /// <summary>What is trained, in the order of the pass.</summary>
    /// <exception cref="PrunusInputException">The images are too small for the net.</exception>
    public IReadOnlyList<VisionParameter> Parameters() => [.. Tensors().Where(t => !t.IsBuffer)];

    /// <summary>Number of weights that masks may cover.</summary>
    public long PrunableCount() => Tensors().Where(t => t.IsPrunable).Sum(t => t.ElementCount);

    /// <summary>Multiplications of an image's pass, each with an addition: those of convolutions and linear layers, padding counted like pixels.</summary>
    public long MultiplyAdds() => Tensors().Where(t => t.IsPrunable).Sum(t => t.ElementCount * t.Positions);

    /// <summary>Number of trained values.</summary>
    public long ParameterCount() => Parameters().Sum(t => t.ElementCount);
}
