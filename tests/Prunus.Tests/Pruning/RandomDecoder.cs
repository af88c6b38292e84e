using Prunus.Decoders;
using Prunus.Randomness;
using TorchSharp;

namespace Prunus.Tests.Pruning;

/// <summary>Models in which every parameter is random, norms and biases too: a permutation that misses one shows.</summary>
internal static class RandomDecoder
{
    public static Decoder Make(DecoderConfig config, ulong seed)
    {
        var decoder = Decoder.Initialise(config, 0, 0.2, torch.CPU, torch.ScalarType.Float32);
        using var gradients = torch.no_grad();
        foreach (var (p, stream) in config.Parameters().Select((p, i) => (p, (ulong)i)))
        {
            using var scope = torch.NewDisposeScope();
            var values = new float[p.ElementCount];
            new Philox4x32(seed, stream).FillNormal(0, values, p.IsNormWeight && !config.NormPlusOne ? 1 : 0, 0.2);
            decoder.Parameters[p.Name].copy_(torch.tensor(values, [.. p.Shape]));
        }

        return decoder;
    }
}
