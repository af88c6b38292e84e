using Prunus.Decoders;
using Prunus.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Pruning;

/// <summary>
/// How far the residual stream h moves across every span of n layers, in one forward pass for all spans: 1 - mean cos(h_s, h_{s+n}), Block Influence of
/// a span (Men et al. 2024), and mean arccos(cos)/π, the angular distance (Gromov et al. 2024, arXiv 2403.17887, at the last token of each sequence).
/// </summary>
/// <remarks>Names, each [layers - n + 1] by first layer: <c>bi.span.n</c> and <c>angular_all.span.n</c> over all tokens, <c>bi_last.span.n</c> and <c>angular.span.n</c> over last tokens.</remarks>
internal sealed class BlockDistances(int layers) : IDisposable
{
    // Bounds the Gram matrices' inputs: tokens · (layers + 1) · hidden in float64.
    private const int TokensAtOnce = 256;
    private readonly Tensor _cosines = zeros([layers + 1, layers + 1], ScalarType.Float64), _angles = zeros([layers + 1, layers + 1], ScalarType.Float64);
    private readonly Tensor _lastCosines = zeros([layers + 1, layers + 1], ScalarType.Float64), _lastAngles = zeros([layers + 1, layers + 1], ScalarType.Float64);
    private long _tokens, _sequences;

    /// <summary>Runs a batch [B,T].</summary>
    public void Add(Decoder donor, Tensor ids)
    {
        using var scope = NewDisposeScope();
        var streams = new List<Tensor>();
        donor.Body(ids, (site, _, value) =>
        {
            if (site is DecoderSite.Embedding or DecoderSite.LayerOutput)
            {
                streams.Add(value.alias().MoveToOtherDisposeScope(scope));
            }

            return value;
        });
        foreach (var rows in Enumerable.Range(0, (int)ids.size(0)))
        {
            for (long start = 0; start < ids.size(1); start += TokensAtOnce)
            {
                AddTokens([.. streams.Select(s => s[rows].narrow(0, start, Math.Min(TokensAtOnce, ids.size(1) - start)))], _cosines, _angles);
            }
        }

        AddTokens([.. streams.Select(s => s.select(1, -1))], _lastCosines, _lastAngles);
        (_tokens, _sequences) = (_tokens + ids.numel(), _sequences + ids.size(0));
    }

    /// <summary>The distances of all spans so far.</summary>
    public void AddTo(Dictionary<string, double[]> scores)
    {
        if (_tokens == 0)
        {
            throw new PrunusInputException("calibration", "holds no tokens", "give a longer text");
        }

        foreach (var (name, sums, count, sign) in new[] { ("bi", _cosines, _tokens, -1), ("bi_last", _lastCosines, _sequences, -1), ("angular_all", _angles, _tokens, 1), ("angular", _lastAngles, _sequences, 1) })
        {
            var values = TensorMemory.Span<double>(sums);
            for (var length = 1; length <= layers; length++)
            {
                var spans = new double[layers - length + 1];
                for (var start = 0; start < spans.Length; start++)
                {
                    var mean = values[(start * (layers + 1)) + start + length] / count;
                    spans[start] = sign < 0 ? 1 - mean : mean;
                }

                scores[$"{name}.span.{length}"] = spans;
            }
        }
    }

    public void Dispose()
    {
        foreach (var sum in new[] { _cosines, _angles, _lastCosines, _lastAngles })
        {
            sum.Dispose();
        }
    }

    // A list over the layers of [tokens, hidden].
    private static void AddTokens(Tensor[] streams, Tensor cosines, Tensor angles)
    {
        using var scope = NewDisposeScope();
        var unit = stack(streams, 1).to(ScalarType.Float64);
        unit = unit / Ops.VectorNorm(unit, 2, -1, keepDimension: true);
        var cosine = Ops.Within(bmm(unit, unit.transpose(1, 2)), -1, 1);
        Ops.AddInPlace(cosines, cosine.sum(dim: 0).cpu());
        Ops.AddInPlace(angles, Ops.Divide(cosine.acos(), Math.PI).sum(dim: 0).cpu());
    }
}
