using Prunus.Lottery.Strong;

namespace Prunus.Lottery.Universal;

/// <summary>
/// Two random linear layers with a ReLU between them, of which pruning leaves a linear map: weights U[-2,2) and biases U[-1,1), as pure functions of a seed. They are multiples of 2^-23 and 2^-24, so
/// that products and sums of products are exact in float64 (up to 64 in magnitude).
/// </summary>
/// <param name="name">Name in the net, such as <c>log.in</c>.</param>
/// <param name="inputs">Inputs of the first layer.</param>
/// <param name="width">Neurons between.</param>
/// <param name="outputs">Outputs of the second layer.</param>
/// <param name="seed">Seed of the whole net.</param>
public sealed class RandomPair(string name, int inputs, int width, int outputs, long seed)
{
    /// <summary>Weights lie between minus this and this.</summary>
    public const double WeightRange = 2;

    /// <summary>Biases likewise.</summary>
    public const double BiasRange = 1;

    private readonly Func<long, double> _first = DyadicNumbers.Of(seed, name + ".first.weight"), _firstBias = DyadicNumbers.Of(seed, name + ".first.bias"),
        _second = DyadicNumbers.Of(seed, name + ".second.weight"), _secondBias = DyadicNumbers.Of(seed, name + ".second.bias");

    public string Name { get; } = name;

    public int Inputs { get; } = inputs;

    /// <summary>Neurons between the layers.</summary>
    public int Width { get; } = width;

    public int Outputs { get; } = outputs;

    /// <summary>Weights and biases of both layers.</summary>
    public long ParameterCount => ((long)Width * (Inputs + 1)) + ((long)Outputs * (Width + 1));

    /// <summary>Names and shapes of the masks, in the order of the pass.</summary>
    public IReadOnlyList<(string Name, IReadOnlyList<long> Shape)> Tensors =>
        [(Name + ".first.weight", [Width, Inputs]), (Name + ".first.bias", [Width]), (Name + ".second.weight", [Outputs, Width]), (Name + ".second.bias", [Outputs])];

    /// <summary>Weight from an input to a neuron.</summary>
    public double First(int neuron, int input) => WeightRange * _first(((long)neuron * Inputs) + input);

    /// <summary>Bias of a neuron.</summary>
    public double FirstBias(int neuron) => BiasRange * _firstBias(neuron);

    /// <summary>Weight from a neuron to an output.</summary>
    public double Second(int output, int neuron) => WeightRange * _second(((long)output * Width) + neuron);

    /// <summary>Bias of an output.</summary>
    public double SecondBias(int output) => BiasRange * _secondBias(output);
}
