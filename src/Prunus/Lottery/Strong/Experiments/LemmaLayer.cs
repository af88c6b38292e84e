using Prunus.Vision;

namespace Prunus.Lottery.Strong.Experiments;

/// <summary>A convolution of the lemmas: c' kernels K of d×d×c, uniform in [-1,1] and divided until ‖K‖₁ = 1, without biases, over inputs of d×d×c, of which the middle output sees all.</summary>
/// <param name="Inputs">c.</param>
/// <param name="Outputs">c': 1 for the lemma of a single kernel.</param>
/// <param name="Kernel">d, odd.</param>
public sealed record LemmaLayer(int Inputs, int Outputs, int Kernel)
{
    private const int MostChannels = 256, MostKernel = 15;
    private const ulong Stream = 0x4C45_4D4DUL << 32;

    /// <summary>Name of its step.</summary>
    public const string Name = "conv";

    /// <summary>As a net of one step.</summary>
    public VisionConfig Config => new("lemma", new MapShape(Inputs, Kernel, Kernel), Outputs, [new Convolution(Name, Outputs, Kernel, Bias: false)]);

    /// <summary>The kernels by name.</summary>
    /// <param name="seed">Each seed has others.</param>
    public IReadOnlyDictionary<string, double[]> Kernels(long seed)
    {
        var (layer, draw) = (StrongLayer.Of(Config)[0], new Randomness.Philox4x32(unchecked((ulong)seed), Stream));
        var values = Enumerable.Range(0, layer.Count).Select(i => (2.0 * draw.Uniform((ulong)i)) - 1).ToArray();
        var norms = values.Chunk(layer.Fan).Select(k => k.Sum(Math.Abs)).ToArray();
        return new Dictionary<string, double[]>(StringComparer.Ordinal) { [layer.Weight] = [.. values.Select((v, i) => v / norms[i / layer.Fan])] };
    }

    /// <exception cref="PrunusInputException">A size is out of range.</exception>
    public void Validate()
    {
        if (Math.Min(Inputs, Outputs) < 1 || Math.Max(Inputs, Outputs) > MostChannels || Kernel is < 1 or > MostKernel || Kernel % 2 == 0)
        {
            throw new PrunusInputException("lemma", $"is {Outputs} kernels of {Kernel}x{Kernel}x{Inputs}", $"give 1 to {MostChannels} inputs and outputs and an odd kernel up to {MostKernel}");
        }
    }
}
