using Prunus.Native;
using Prunus.Randomness;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Decoders;

/// <summary>Fills a decoder's tensors from a checkpoint or from the generator.</summary>
internal static class DecoderWeights
{
    public static Dictionary<string, Tensor> ReadAll(CheckpointWeights weights, string subject, Device device, ScalarType type) =>
        weights.Parameters.ToDictionary(p => p.Name, p => Read(weights, p, subject, device, type));

    /// <summary>One parameter as a tensor; refuses NaN and infinity.</summary>
    public static Tensor Read(CheckpointWeights weights, ParameterSpec parameter, string subject, Device device, ScalarType type)
    {
        using var scope = NewDisposeScope();
        var values = empty([.. parameter.Shape], ScalarType.Float32);
        weights.Read(parameter, TensorMemory.Span<float>(values));
        if (!double.IsFinite(values.sum(ScalarType.Float64).item<double>()))
        {
            throw new PrunusInputException(subject, $"parameter {parameter.Name} holds NaN or infinity", "get a sound copy of the weights");
        }

        return values.to(type).to(device).DetachFromDisposeScope();
    }

    public static Dictionary<string, Tensor> Draw(DecoderConfig config, long seed, double std, Device device, ScalarType type)
    {
        var drawn = new Dictionary<string, Tensor>();
        var stream = 0UL;
        foreach (var parameter in config.Parameters())
        {
            using var scope = NewDisposeScope();
            var values = empty([.. parameter.Shape], ScalarType.Float32);
            Fill(TensorMemory.Span<float>(values), parameter, config, new Philox4x32(unchecked((ulong)seed), stream++), std);
            drawn[parameter.Name] = values.to(type).to(device).DetachFromDisposeScope();
        }

        return drawn;
    }

    private static void Fill(Span<float> values, ParameterSpec parameter, DecoderConfig config, Philox4x32 generator, double std)
    {
        if (parameter.Shape.Count == 2)
        {
            generator.FillNormal(0, values, 0, std);
        }
        else
        {
            values.Fill(parameter.Name.EndsWith(".weight", StringComparison.Ordinal) && !config.NormPlusOne ? 1 : 0);
        }
    }
}
