using Prunus.Decoders;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Pruning;

/// <summary>
/// A donor whose weights are sorted once, the most important unit of every axis first, so that each candidate of a search is a prefix of its tensors: gathering is
/// done once, a slice only copies what it keeps. Sorted units compute what the donor computes: no axis but layers has an order of its own.
/// </summary>
public sealed class SortedDonor : IDisposable
{
    private readonly Decoder _sorted;
    private readonly PruningPlan _order;
    private readonly IReadOnlyList<int> _layers;

    private SortedDonor(Decoder sorted, PruningPlan order, IReadOnlyList<int> layers) => (_sorted, _order, _layers) = (sorted, order, layers);

    /// <summary>The donor's architecture.</summary>
    public DecoderConfig Config => _sorted.Config;

    /// <summary>Sorts a copy of the donor; the donor stays as it is and shares nothing with it.</summary>
    /// <param name="donor">The donor.</param>
    /// <param name="scores">Its scores.</param>
    /// <param name="selection">Which scores rank which axis.</param>
    /// <exception cref="PrunusInputException">A score is missing or belongs to another donor.</exception>
    public static SortedDonor Of(Decoder donor, Scores scores, SelectionOptions? selection = null)
    {
        var order = Selection.Order(donor.Config, scores, selection);
        return new SortedDonor(Surgery.Prune(donor, order with { Layers = null }), order, order.Layers!);
    }

    /// <summary>The plan that <see cref="Slice"/> follows: as <see cref="Selection.Plan"/> makes it, each list in order of importance.</summary>
    /// <exception cref="ArgumentException">The shape is wider than the donor, or does not keep the same number of heads in every group.</exception>
    public PruningPlan Plan(DecoderShape shape)
    {
        Check(shape);
        var stays = _layers.Take(shape.LayerCount).ToHashSet();
        return _order with
        {
            Hidden = [.. _order.Hidden!.Take(shape.Hidden)],
            Ffn = PerLayer(_order.Ffn!, shape.Ffn),
            KvGroups = PerLayer(_order.KvGroups!, shape.KvGroups),
            QueryHeads = [.. Config.Layers.Select((layer, i) =>
            {
                var (share, kept) = (layer.QueryHeads / layer.KvGroups, shape.QueryHeads[i] / shape.KvGroups[i]);
                return stays.Contains(i) ? (int[])[.. _order.QueryHeads![i].Chunk(share).Take(shape.KvGroups[i]).SelectMany(group => group.Take(kept))] : [];
            })],
            Layers = [.. stays.Order()],
        };

        IReadOnlyList<int>[] PerLayer(IReadOnlyList<IReadOnlyList<int>> order, IReadOnlyList<int> widths) =>
            [.. order.Select((units, i) => stays.Contains(i) ? (int[])[.. units.Take(widths[i])] : [])];
    }

    /// <summary>The model of a shape: what <see cref="Surgery.Prune(Decoder, PruningPlan)"/> makes of <see cref="Plan"/>. It owns its tensors.</summary>
    /// <exception cref="ArgumentException">As <see cref="Plan"/>.</exception>
    public Decoder Slice(DecoderShape shape)
    {
        Check(shape);
        var layers = _layers.Take(shape.LayerCount).Order().ToArray();
        var config = shape.Apply(Config, layers);
        using var gradients = no_grad();
        return new Decoder(config, config.Parameters().ToDictionary(p => p.Name, p =>
        {
            using var scope = NewDisposeScope();
            var layer = p.Layer is { } j ? layers[j] : (int?)null;
            var values = _sorted.Parameters[layer is null ? p.Name : $"layers.{layer}{p.Name[$"layers.{p.Layer}".Length..]}"];
            for (var d = 0; d < p.Shape.Count; d++)
            {
                values = Narrow(values, d, p, layer, shape);
            }

            return values.contiguous().view([.. p.Shape]).clone().detach().DetachFromDisposeScope();
        }));
    }

    public void Dispose() => _sorted.Dispose();

    private Tensor Narrow(Tensor values, int d, ParameterSpec result, int? layer, DecoderShape shape)
    {
        // Each group of query heads is a run of its own: the groups that stay, of each its first heads.
        if (result.Dimensions[d].Axis == Axis.QueryHeads)
        {
            var (whole, groups) = (Config.Layers[layer!.Value], shape.KvGroups[layer.Value]);
            var parts = values.unflatten(d, [whole.KvGroups, whole.QueryHeads / whole.KvGroups * Config.HeadDim]);
            return parts.narrow(d, 0, groups).narrow(d + 1, 0, result.Shape[d] / groups).flatten(d, d + 1);
        }

        return values.narrow(d, 0, result.Shape[d]);
    }

    private void Check(DecoderShape shape)
    {
        if (shape.Hidden > Config.Hidden || shape.LayerCount < 1 || shape.LayerCount > Config.LayerCount || Config.Layers.Where(Unfit).Any())
        {
            throw new ArgumentException("the shape is no part of this donor", nameof(shape));
        }

        bool Unfit(LayerConfig layer, int i) =>
            shape.Ffn[i] > layer.Ffn || shape.KvGroups[i] > layer.KvGroups || shape.QueryHeads[i] % shape.KvGroups[i] != 0
            || shape.QueryHeads[i] / shape.KvGroups[i] > layer.QueryHeads / layer.KvGroups;
    }
}
