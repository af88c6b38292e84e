using Prunus.Decoders;
using Prunus.Randomness;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Pruning;

/// <summary>
/// A donor that computes as if it were pruned: neurons and heads that go are set to zero, layers that go are passed over. The proof of surgery: the pruned
/// model must give the same logits. Exact for ffn, heads, groups and layers; not for hidden, whose norms average over the kept channels only.
/// </summary>
public static class MaskedDonor
{
    /// <summary>Body of the donor under a plan's masks: [B,T] → [B,T,hidden].</summary>
    /// <exception cref="PrunusInputException">The plan does not fit the donor, or does what masks cannot.</exception>
    public static Tensor Body(Decoder donor, PruningPlan plan, Tensor ids)
    {
        var kept = plan.Resolve(donor.Config);
        if (kept.Merges.Count > 0 || kept.NormScales.Count > 0 || kept.Vocab is not null)
        {
            throw new PrunusInputException(plan.Subject, "merges heads, rescales norms or cuts the vocabulary, which masks cannot do", "leave 'head_merges', 'norm_scales' and 'vocab' out of the plan");
        }

        if (kept.Hidden.Count < donor.Config.Hidden || !kept.Layers.SequenceEqual(kept.Layers.Order()))
        {
            throw new PrunusInputException(plan.Subject, "cuts hidden or reorders layers, which masks cannot do", "leave 'hidden' out of the plan and list 'layers' in order");
        }

        using var scope = NewDisposeScope();
        var stays = kept.Layers.ToHashSet();
        Tensor? stream = null;
        return donor.Body(ids, Visit).MoveToOuterDisposeScope();

        Tensor Visit(DecoderSite site, int layer, Tensor value)
        {
            switch (site)
            {
                case DecoderSite.FfnActivation:
                    return value * Mask(kept.Ffn[layer], donor.Config.Layers[layer].Ffn, 1, value);
                case DecoderSite.AttentionHeads:
                    return value * Mask(kept.QueryHeads[layer], donor.Config.Layers[layer].QueryHeads, donor.Config.HeadDim, value);
                case DecoderSite.Embedding:
                case DecoderSite.LayerOutput when stays.Contains(layer):
                    stream = value.alias().MoveToOtherDisposeScope(scope);
                    return value;
                case DecoderSite.LayerOutput:
                    return stream!.alias();
                default:
                    return value;
            }
        }
    }

    /// <summary>Prunes by ffn, heads, groups and layers of a plan (hidden and vocabulary left whole, no heads merged, no norm rescaled) and compares logits with the masked donor's on random tokens.</summary>
    /// <returns>Largest difference, and largest logit to judge it by.</returns>
    public static (double Difference, double Scale) Compare(Decoder donor, PruningPlan plan, long seed)
    {
        const int Sequences = 2;
        var whole = plan with { Hidden = null, Vocab = null, HeadMerges = null, NormScales = null, Layers = plan.Layers is { } layers ? [.. layers.Order()] : null };
        using var gradients = no_grad();
        using var scope = NewDisposeScope();
        var tokens = Math.Min(32, donor.Config.MaxPositions);
        var generator = new Philox4x32(unchecked((ulong)seed));
        long[] drawn = [.. Enumerable.Range(0, Sequences * tokens).Select(i => (long)generator.Below((ulong)i, donor.Config.VocabSize))];
        var ids = tensor(drawn, [Sequences, tokens], device: donor.Device);
        using var pruned = Surgery.Prune(donor, whole);
        var expected = donor.Head(Body(donor, whole, ids));
        return ((pruned.Head(pruned.Body(ids)) - expected).abs().max().to(ScalarType.Float64).item<double>(), expected.abs().max().to(ScalarType.Float64).item<double>());
    }

    private static Tensor Mask(IReadOnlyList<int> kept, int count, int unitSize, Tensor like)
    {
        var mask = new float[count * unitSize];
        foreach (var unit in kept)
        {
            mask.AsSpan(unit * unitSize, unitSize).Fill(1);
        }

        return tensor(mask, like.dtype, like.device);
    }
}
