using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Prunus.Checkpoints;
using Prunus.Native;
using Prunus.Vision;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Lottery.Strong;

/// <summary>Weights of nets as float64 numbers by name, which float32 values and sums of random numbers are exactly.</summary>
public static class StrongWeights
{
    /// <summary>Of a net on the CPU in float32.</summary>
    public static IReadOnlyDictionary<string, double[]> Of(VisionNet net) =>
        net.Parameters.ToDictionary(p => p.Key, p => Array.ConvertAll(TensorMemory.Span<float>(p.Value).ToArray(), v => (double)v), StringComparer.Ordinal);

    /// <summary>What a ticket's net computes with, in the target's units: sums of the kept random numbers times the factors of scaling. Exact.</summary>
    public static IReadOnlyDictionary<string, double[]> Of(StrongTicket ticket) => ticket.Sums;

    /// <summary>Sums of the magnitudes of the same numbers: what rounding in the pair of layers grows with.</summary>
    public static IReadOnlyDictionary<string, double[]> Magnitudes(StrongTicket ticket) => ticket.Magnitudes;

    /// <summary>A net of these weights, rounded to float32 or as they are.</summary>
    /// <param name="config">The architecture.</param>
    /// <param name="weights">By name.</param>
    /// <param name="type">Float32 or Float64.</param>
    public static VisionNet Net(VisionConfig config, IReadOnlyDictionary<string, double[]> weights, ScalarType type)
    {
        Libtorch.Load();
        using var scope = NewDisposeScope();
        return new VisionNet(config, config.Tensors().ToDictionary(t => t.Name, t => tensor(weights[t.Name], [.. t.Shape], ScalarType.Float64).to(type)));
    }

    /// <summary>SHA-256 of the weights rounded to float32, in the order of the pass: equal exactly when nets are equal to the last bit.</summary>
    public static string Digest(VisionConfig config, IReadOnlyDictionary<string, double[]> weights)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var spec in config.Tensors())
        {
            hash.AppendData(MemoryMarshal.AsBytes<float>(Array.ConvertAll(weights[spec.Name], v => (float)v)));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Writes what a ticket's net computes with, rounded to float32, under the target's names (safetensors), and which net it is.</summary>
    /// <param name="path">The file.</param>
    /// <param name="ticket">The ticket.</param>
    public static void Write(string path, StrongTicket ticket)
    {
        var weights = Of(ticket);
        SafetensorsWriter.Write(path, [.. ticket.Config.Tensors().Select(t => new TensorSource(
            t.Name, ElementType.F32, t.Shape, () => [MemoryMarshal.AsBytes<float>(Array.ConvertAll(weights[t.Name], v => (float)v)).ToArray()]))], new Dictionary<string, string> { [VisionNetFile.Architecture] = VisionTicketNet.NameOf(ticket.Config) });
    }

    /// <summary>The sums themselves, from the seed and the masks.</summary>
    internal static Dictionary<string, double[]> Summed(StrongTicket ticket, Func<double, double, double> which)
    {
        var (found, scaled) = (new Dictionary<string, double[]>(StringComparer.Ordinal), 0);
        foreach (var (layer, exponent) in ticket.Layers.Zip(ticket.Exponents))
        {
            scaled += exponent;
            var (random, biasExponent) = (ticket.Random(layer), scaled);
            var (weights, biases) = (new double[layer.Count], new double[layer.HasBias ? layer.Outputs : 0]);
            Parallel.For(0, layer.Outputs, o =>
            {
                double[] seconds = new double[ticket.Samples], sample = new double[ticket.Samples], magnitudes = new double[ticket.Samples];
                random.Seconds(o, seconds);
                for (var entry = 0; entry < layer.Fan + (layer.HasBias ? 1 : 0); entry++)
                {
                    random.Sample(o, entry, seconds, sample);
                    for (var t = 0; t < sample.Length; t++)
                    {
                        magnitudes[t] = Math.Abs(sample[t]);
                    }

                    var subset = ticket.Subset(layer, o, entry);
                    var value = which(RandomLayer.Sum(sample, subset), RandomLayer.Sum(magnitudes, subset));
                    if (entry < layer.Fan)
                    {
                        weights[(o * layer.Fan) + entry] = Math.ScaleB(value, exponent);
                    }
                    else
                    {
                        biases[o] = Math.ScaleB(value, biasExponent);
                    }
                }
            });
            found[layer.Weight] = weights;
            if (layer.HasBias)
            {
                found[layer.Bias] = biases;
            }
        }

        return found;
    }
}
