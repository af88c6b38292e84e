using Prunus.Decoders;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Evaluation;

/// <summary>Next-token loss from hidden states, in chunks of tokens so that the logits of a long batch are never held at once.</summary>
internal static class TokenLoss
{
    private const int ChunkElements = 1 << 26;

    /// <summary>-log p(target) of each token.</summary>
    /// <param name="decoder">Gives the output head.</param>
    /// <param name="hidden">[N,hidden] after the final norm.</param>
    /// <param name="targets">[N] int64.</param>
    /// <returns>[N] float32.</returns>
    public static Tensor PerToken(Decoder decoder, Tensor hidden, Tensor targets)
    {
        var count = (int)targets.size(0);
        var chunk = Math.Max(1, ChunkElements / decoder.Config.VocabSize);
        using var scope = NewDisposeScope();
        var losses = empty([count], ScalarType.Float32, hidden.device);
        for (var start = 0; start < count; start += chunk)
        {
            using var chunkScope = NewDisposeScope();
            var n = Math.Min(chunk, count - start);
            var logits = decoder.Head(hidden.narrow(0, start, n)).to(ScalarType.Float32);
            losses.narrow(0, start, n).copy_(nn.functional.cross_entropy(logits, targets.narrow(0, start, n), reduction: nn.Reduction.None));
        }

        return losses.MoveToOuterDisposeScope();
    }

    /// <summary>Sum of -log p(target), accumulated in float64.</summary>
    public static double Sum(Decoder decoder, Tensor hidden, Tensor targets)
    {
        using var losses = PerToken(decoder, hidden, targets);
        return losses.sum(ScalarType.Float64).item<double>();
    }
}
