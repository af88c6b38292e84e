using Prunus.Decoders;
using Prunus.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Pruning;

/// <summary>
/// Factors that give norms back their size when hidden is cut. A norm divides by s = sqrt(mean x² + ε) (LayerNorm: of x less its mean); over the kept channels
/// only, that is another number. Its weight is therefore multiplied by the mean over tokens of s_kept / s_all. With channels that are zero outside the kept ones the
/// ratio is the same for every token (up to ε), and an RMSNorm then computes what the donor's does.
/// </summary>
public static class NormRatios
{
    /// <summary>The plan with <see cref="PruningPlan.NormScales"/>, measured on the whole donor; a plan that keeps all of hidden stays as it is.</summary>
    /// <param name="donor">The donor.</param>
    /// <param name="plan">Which channels stay.</param>
    /// <param name="batches">Calibration token ids [B,T], int64.</param>
    /// <param name="cancellation">Looked at between forward passes.</param>
    /// <exception cref="PrunusInputException">The plan does not fit the donor, or there are no tokens.</exception>
    public static PruningPlan Rescale(Decoder donor, PruningPlan plan, IEnumerable<Tensor> batches, CancellationToken cancellation = default)
    {
        var kept = plan.Resolve(donor.Config);
        if (kept.Hidden.Count == donor.Config.Hidden)
        {
            return plan;
        }

        HashSet<string> stay = [.. donor.Config.Parameters().Where(p => p.IsNormWeight && (p.Layer is not { } layer || kept.Layers.Contains(layer))).Select(p => p.NormName)];
        return plan with { NormScales = Measure(donor, kept.Hidden, batches, cancellation).Where(r => stay.Contains(r.Key)).ToDictionary() };
    }

    /// <summary>Mean over all tokens of s_kept / s_all, for every norm over hidden by its canonical name.</summary>
    /// <exception cref="PrunusInputException">There are no tokens.</exception>
    public static IReadOnlyDictionary<string, double> Measure(Decoder donor, IReadOnlyList<int> hidden, IEnumerable<Tensor> batches, CancellationToken cancellation = default)
    {
        using var gradients = no_grad();
        using var outer = NewDisposeScope();
        var (config, sums, tokens) = (donor.Config, new Dictionary<string, double>(), 0L);
        var kept = tensor([.. hidden.Select(c => (long)c)], device: donor.Device);
        foreach (var batch in batches)
        {
            foreach (var rows in batch.split(SequencesPerPass))
            {
                cancellation.ThrowIfCancellationRequested();
                using var scope = NewDisposeScope();
                var (found, order) = (new List<Tensor>(), new List<string>());
                donor.Body(rows.to(donor.Device), Visitor(config, (norm, input) =>
                {
                    using var inner = NewDisposeScope();
                    var ratio = (Size(input.index_select(-1, kept), config) / Size(input, config)).sum();
                    found.Add(ratio.MoveToOtherDisposeScope(scope));
                    order.Add(norm);
                }));
                var values = stack(found).cpu().data<double>().ToArray();
                foreach (var (norm, value) in order.Zip(values))
                {
                    sums[norm] = sums.GetValueOrDefault(norm) + value;
                }

                tokens += rows.numel();
            }
        }

        return tokens > 0 ? sums.ToDictionary(s => s.Key, s => s.Value / tokens)
            : throw new PrunusInputException("calibration", "holds no tokens", "give a longer text");
    }

    private const int SequencesPerPass = 4;

    // The number that a norm divides by, per token: [B,T,C] → [B,T], float64.
    private static Tensor Size(Tensor x, DecoderConfig config)
    {
        var wide = x.to(ScalarType.Float64);
        var centred = config.Norm == NormKind.LayerNorm ? wide - wide.mean([-1], keepdim: true) : wide;
        return Ops.Add(Ops.Square(centred).mean([-1]), config.NormEpsilon).sqrt();
    }

    // Calls back with the input of each norm as the pass comes by.
    private static DecoderVisitor Visitor(DecoderConfig config, Action<string, Tensor> see) => (site, layer, value) =>
    {
        switch (site)
        {
            case DecoderSite.Embedding or DecoderSite.LayerOutput when layer + 1 == config.LayerCount:
                see("norm_final", value);
                break;
            case DecoderSite.Embedding or DecoderSite.LayerOutput:
                see($"layers.{layer + 1}.norm_attn_in", value);
                if (config.ParallelResidual)
                {
                    see($"layers.{layer + 1}.norm_mlp_in", value);
                }

                break;
            case DecoderSite.AttentionOutput when config.PostNorms:
                see($"layers.{layer}.norm_attn_post", value);
                break;
            case DecoderSite.ResidualAfterAttention when !config.ParallelResidual:
                see($"layers.{layer}.norm_mlp_in", value);
                break;
            case DecoderSite.MlpOutput when config.PostNorms:
                see($"layers.{layer}.norm_mlp_post", value);
                break;
        }

        return value;
    };
}
