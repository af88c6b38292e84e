using Prunus.Lottery.Masks;

namespace Prunus.Lottery.Universal;

/// <summary>The linear map that a pruned pair of layers computes, with what rounding in the pair depends on.</summary>
public sealed class PairMap
{
    private readonly double[] _weights, _magnitudes;

    private PairMap(int inputs, int outputs)
    {
        (Inputs, Outputs) = (inputs, outputs);
        (_weights, _magnitudes, Biases, BiasMagnitudes, Terms) = (new double[inputs * outputs], new double[inputs * outputs], new double[outputs], new double[outputs], new int[outputs]);
    }

    public int Inputs { get; }

    public int Outputs { get; }

    /// <summary>Biases of the map.</summary>
    public double[] Biases { get; }

    /// <summary>Sums of the magnitudes of the products that a bias is made of.</summary>
    public double[] BiasMagnitudes { get; }

    /// <summary>Products that an output is made of.</summary>
    public int[] Terms { get; }

    /// <summary>Weight of the map.</summary>
    public double Weight(int output, int input) => _weights[(output * Inputs) + input];

    /// <summary>Weights to an output.</summary>
    public ReadOnlySpan<double> Row(int output) => _weights.AsSpan(output * Inputs, Inputs);

    /// <summary>Sum of the magnitudes of the products that a weight is made of.</summary>
    public double Magnitude(int output, int input) => _magnitudes[(output * Inputs) + input];

    /// <summary>Adds up what masks keep. Exact.</summary>
    /// <param name="pair">The random layers.</param>
    /// <param name="masks">Masks on them.</param>
    /// <param name="sign">1 for inputs from 0 up, -1 for inputs from 0 down.</param>
    /// <param name="subject">What errors name: the ticket's file.</param>
    /// <exception cref="PrunusInputException">A kept neuron does not pass its input on as it is.</exception>
    public static PairMap Of(RandomPair pair, MaskSet masks, int sign, string subject)
    {
        var (map, from) = (new PairMap(pair.Inputs, pair.Outputs), new int?[pair.Width]);
        foreach (var index in masks[pair.Tensors[0].Name].KeptIndices())
        {
            var (neuron, input) = (index / pair.Inputs, index % pair.Inputs);
            from[neuron] = from[neuron] is null && pair.First(neuron, input) * sign > 0 ? input : throw Wrong(pair, neuron, subject);
        }

        foreach (var neuron in masks[pair.Tensors[1].Name].KeptIndices())
        {
            from[neuron] = from[neuron] is null && pair.FirstBias(neuron) > 0 ? pair.Inputs : throw Wrong(pair, neuron, subject);
        }

        foreach (var index in masks[pair.Tensors[2].Name].KeptIndices())
        {
            var (output, neuron) = (index / pair.Width, index % pair.Width);
            map.Add(output, from[neuron] ?? throw Wrong(pair, neuron, subject), pair, neuron);
        }

        return masks[pair.Tensors[3].Name].Kept == 0 ? map
            : throw new PrunusInputException(subject, $"keeps biases of {pair.Tensors[3].Name}, which no universal ticket does", "compile it again");
    }

    /// <summary>The output of the map.</summary>
    public double At(int output, ReadOnlySpan<double> x)
    {
        var sum = Biases[output];
        for (var i = 0; i < Inputs; i++)
        {
            sum += _weights[(output * Inputs) + i] * x[i];
        }

        return sum;
    }

    private void Add(int output, int from, RandomPair pair, int neuron)
    {
        var product = (from < Inputs ? pair.First(neuron, from) : pair.FirstBias(neuron)) * pair.Second(output, neuron);
        Terms[output]++;
        if (from < Inputs)
        {
            _weights[(output * Inputs) + from] += product;
            _magnitudes[(output * Inputs) + from] += Math.Abs(product);
        }
        else
        {
            Biases[output] += product;
            BiasMagnitudes[output] += Math.Abs(product);
        }
    }

    private static PrunusInputException Wrong(RandomPair pair, int neuron, string subject) =>
        new(subject, $"keeps neuron {neuron} of {pair.Name}, whose ReLU would change what it passes on: its weight has the wrong sign, or it has two inputs or none", "compile it again");
}
