using Prunus.Vision;

namespace Prunus.Lottery.Strong.Bounds;

/// <summary>
/// Certifies how far two ReLU nets of one architecture can differ on inputs in [0,1]. Channel by channel, two numbers go through the net: how large a value can get, and how much
/// it can differ; a layer adds its own difference on inputs up to that size, and passes on earlier ones by its absolute weights; ReLU, max-pooling and means pass them on as they are
/// (da Cunha et al. 2022, proof of theorem 1, with each layer's own weights in place of norms of 1). Rounding of both nets is added at every layer.
/// </summary>
public static class ErrorBounds
{
    /// <summary>Bounds after every layer; the last is that of the logits.</summary>
    /// <param name="config">The architecture.</param>
    /// <param name="layers">Both nets' layers in the order of the pass.</param>
    /// <param name="arithmetic">What both nets are computed in.</param>
    public static IReadOnlyList<LayerBound> Certify(VisionConfig config, IReadOnlyList<BoundedLayer> layers, Arithmetic arithmetic)
    {
        var (exact, rounded) = (UnitBounds.Images(config.Input.Channels), UnitBounds.Images(config.Input.Channels));
        var (found, next, map) = (new List<LayerBound>(), 0, config.Input);
        foreach (var step in config.Steps)
        {
            if (step is Convolution or Linear)
            {
                (exact, rounded) = (exact.After(layers[next], Arithmetic.Exact), rounded.After(layers[next], arithmetic));
                found.Add(new(layers[next].Layer, LargestDifference(layers[next]), OwnError(layers[next]), exact.Error.Max(), rounded.Error.Max()));
                next++;
            }
            else if (step is Relu)
            {
                (exact, rounded) = (exact.Rectified(), rounded.Rectified());
            }
            else if (step is AveragePool)
            {
                var pixels = map.Height * map.Width;
                (exact, rounded) = (exact.Averaged(pixels, Arithmetic.Exact), rounded.Averaged(pixels, arithmetic));
            }

            map = step switch
            {
                Convolution c => map with { Height = (map.Height + c.Stride - 1) / c.Stride, Width = (map.Width + c.Stride - 1) / c.Stride },
                MaxPool => map with { Height = map.Height / 2, Width = map.Width / 2 },
                _ => map,
            };
        }

        return found;
    }

    /// <summary>Layers of a target and of a ticket's net.</summary>
    /// <param name="ticket">The ticket.</param>
    /// <param name="target">The target's weights by name.</param>
    /// <param name="form">How the ticket's net is computed.</param>
    /// <param name="arithmetic">What it is computed in: summed weights are rounded to float32 for it.</param>
    public static IReadOnlyList<BoundedLayer> Layers(StrongTicket ticket, IReadOnlyDictionary<string, double[]> target, StrongForm form, Arithmetic arithmetic)
    {
        var (other, magnitudes) = (StrongWeights.Of(ticket), form == StrongForm.Pairs ? StrongWeights.Magnitudes(ticket) : null);
        return [.. ticket.Layers.Select(layer =>
        {
            var (none, rounds) = (new double[layer.Outputs], form == StrongForm.Summed && arithmetic == Arithmetic.Float32);
            double[] weight = Rounded(other[layer.Weight], rounds), bias = layer.HasBias ? Rounded(other[layer.Bias], rounds) : none;
            return new BoundedLayer(
                layer, target[layer.Weight], layer.HasBias ? target[layer.Bias] : none, weight, bias,
                magnitudes?[layer.Weight] ?? Array.ConvertAll(weight, Math.Abs), layer.HasBias ? magnitudes?[layer.Bias] ?? Array.ConvertAll(bias, Math.Abs) : none,
                layer.Fan + 1 + (form == StrongForm.Pairs ? ticket.Samples : 0));
        })];
    }

    /// <summary>Layers of a target and of a net whose first layers are a ticket's and whose others are the target's own.</summary>
    /// <param name="config">The whole net.</param>
    /// <param name="ticket">Of a net that is the beginning of it, or all of it.</param>
    /// <param name="target">The target's weights by name.</param>
    /// <param name="form">How the ticket's net is computed.</param>
    /// <param name="arithmetic">What it is computed in.</param>
    public static IReadOnlyList<BoundedLayer> Layers(VisionConfig config, StrongTicket ticket, IReadOnlyDictionary<string, double[]> target, StrongForm form, Arithmetic arithmetic) =>
        [.. Layers(ticket, target, form, arithmetic), .. StrongLayer.Of(config).Skip(ticket.Layers.Count).Select(l => Own(l, target[l.Weight], l.HasBias ? target[l.Bias] : new double[l.Outputs]))];

    private static BoundedLayer Own(StrongLayer layer, double[] weight, double[] bias) =>
        new(layer, weight, bias, weight, bias, Array.ConvertAll(weight, Math.Abs), Array.ConvertAll(bias, Math.Abs), layer.Fan + 1);

    private static double[] Rounded(double[] values, bool rounds) => rounds ? Array.ConvertAll(values, v => (double)(float)v) : values;

    private static double LargestDifference(BoundedLayer layer) =>
        Math.Max(layer.Target.Zip(layer.Other, (w, v) => Math.Abs(v - w)).Max(), layer.TargetBias.Zip(layer.OtherBias, (w, v) => Math.Abs(v - w)).Max());

    private static double OwnError(BoundedLayer layer)
    {
        var difference = layer.Other.Zip(layer.Target, (v, w) => v - w).ToArray();
        var ones = Enumerable.Repeat(1.0, layer.Layer.Fan).ToArray();
        return Enumerable.Range(0, layer.Layer.Outputs).Max(o =>
            LayerDifference.Supremum(difference.AsSpan(o * layer.Layer.Fan, layer.Layer.Fan), layer.OtherBias[o] - layer.TargetBias[o], ones, 1).Error);
    }
}
