using Prunus.Checkpoints;
using Prunus.Decoders;
using Prunus.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Pruning;

/// <summary>
/// Applies a plan: every parameter keeps the entries that its axes keep (Muralidharan et al. 2024, section 2.2 "trimming"). Heads that stay take in
/// others and norms are rescaled only where the plan says so; head_dim, attention scale and rotary embedding stay.
/// </summary>
public static class Surgery
{
    /// <summary>Prunes while reading a checkpoint: memory holds the pruned model and one donor tensor.</summary>
    /// <exception cref="PrunusInputException">As <see cref="PrunedWeights(Checkpoint, PruningPlan)"/>.</exception>
    public static Decoder Prune(Checkpoint donor, PruningPlan plan, Device device, ScalarType type)
    {
        var weights = new PrunedWeights(donor, plan);
        Libtorch.Load();
        return new Decoder(weights.Config, weights.Config.Parameters().ToDictionary(p => p.Name, p =>
        {
            using var scope = NewDisposeScope();
            return tensor(weights.Read(p), [.. p.Shape]).to(type).to(device).DetachFromDisposeScope();
        }));
    }

    /// <summary>Prunes a model in memory; the donor stays as it is and shares nothing with the result.</summary>
    /// <exception cref="PrunusInputException">The plan does not fit the donor.</exception>
    public static Decoder Prune(Decoder donor, PruningPlan plan)
    {
        var cut = new Cut(donor.Config, plan);
        using var gradients = no_grad();
        return new Decoder(cut.Config, cut.Config.Parameters().ToDictionary(p => p.Name, p =>
        {
            using var scope = NewDisposeScope();
            var source = cut.Source(p);
            var kept = Changed(donor.Parameters[source.Name], source, cut);
            for (var d = 0; d < source.Shape.Count; d++)
            {
                if (cut.Entries(source, d) is { } entries)
                {
                    kept = kept.index_select(d, tensor(Array.ConvertAll(entries, e => (long)e), device: kept.device));
                }
            }

            return (ReferenceEquals(kept, donor.Parameters[source.Name]) ? kept.clone() : kept).detach().DetachFromDisposeScope();
        }));
    }

    private static Tensor Changed(Tensor values, ParameterSpec source, Cut cut)
    {
        var mixes = cut.Mixes(source).ToArray();
        if (cut.Rescaling(source) is var (factor, shift))
        {
            return Ops.Add(Ops.Multiply(values.to(ScalarType.Float64), factor), shift).to(values.dtype);
        }

        if (mixes.Length == 0)
        {
            return values;
        }

        var changed = values.clone();
        foreach (var mix in mixes)
        {
            var pair = Ops.Multiply(values.narrow(mix.Dimension, mix.From, mix.Size), mix.Other);
            Ops.AddInPlace(Ops.MultiplyInPlace(changed.narrow(mix.Dimension, mix.At, mix.Size), mix.Own), pair);
        }

        return changed;
    }
}
