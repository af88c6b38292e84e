using Prunus.Vision;

namespace Prunus.Lottery.Strong;

/// <summary>A convolution or linear layer that a pair of random layers stands in for.</summary>
/// <param name="Name">Name of the step: <c>conv1</c>.</param>
/// <param name="Shape">Of its weight: [out,in,height,width] or [out,in].</param>
/// <param name="HasBias">Whether a bias is added.</param>
public sealed record StrongLayer(string Name, IReadOnlyList<long> Shape, bool HasBias)
{
    /// <summary>Output channels or units.</summary>
    public int Outputs => (int)Shape[0];

    /// <summary>Weights of one output: in · height · width.</summary>
    public int Fan { get; } = (int)Shape.Skip(1).Aggregate(1L, (n, d) => n * d);

    /// <summary>Weights, without biases.</summary>
    public int Count => Outputs * Fan;

    /// <summary>Entries of one input channel in a row of the weight.</summary>
    public int Kernel { get; } = (int)Shape.Skip(2).Aggregate(1L, (n, d) => n * d);

    /// <summary>Name of the target's weight.</summary>
    public string Weight => Name + ".weight";

    /// <summary>Name of the target's bias.</summary>
    public string Bias => Name + ".bias";

    /// <summary>The layers of a net, in the order of the pass.</summary>
    /// <exception cref="PrunusInputException">The net has steps that the construction does not cover; names the first.</exception>
    public static IReadOnlyList<StrongLayer> Of(VisionConfig config)
    {
        var fromZeroUp = true;
        foreach (var step in config.Steps)
        {
            fromZeroUp = step switch
            {
                Convolution or Linear when fromZeroUp => false,
                Convolution or Linear => throw Unsupported(config, step, "follows a layer without ReLU between them, so its inputs may be negative"),
                Relu => true,
                MaxPool or AveragePool or Flatten => fromZeroUp,
                _ => throw Unsupported(config, step, $"is a {step.GetType().Name}, which the construction does not cover"),
            };
        }

        var biases = config.Tensors().Where(t => t.Role == VisionRole.Bias).Select(t => t.Name).ToHashSet(StringComparer.Ordinal);
        return [.. config.Tensors().Where(t => t.IsPrunable).Select(t => t.Name[..^".weight".Length] is var name ? new StrongLayer(name, t.Shape, biases.Contains(name + ".bias")) : null!)];
    }

    private static PrunusInputException Unsupported(VisionConfig config, VisionStep step, string why) =>
        new(config.Id, $"layer '{step.Name}' {why}", "use a net of convolutions, linear layers, ReLU and pooling, such as lenet-5, conv-4 or mlp:500");
}
