using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Vision;

/// <summary>Cuts units out of layers: a smaller dense net. Units are the outputs of a linear layer or the channels of a convolution; residual streams, which blocks share, stay whole.</summary>
public static class VisionSurgery
{
    /// <summary>Layers whose units can be cut, in the order of the pass, with their sizes; never the one that gives the logits.</summary>
    public static IReadOnlyList<(string Axis, int Units)> Axes(VisionConfig config) =>
        [.. config.Tensors().Where(t => t.IsPrunable && t.Axes[0].Name is not null && $"{t.Axes[0].Name}.weight" == t.Name).Select(t => (t.Axes[0].Name!, (int)t.Shape[0]))];

    /// <summary>The architecture that is left. Of linear layers alone it is an <c>mlp</c> of its widths, else named after the net and what its layers keep.</summary>
    /// <param name="config">The net.</param>
    /// <param name="kept">Units kept of axes of <see cref="Axes"/>; others stay whole.</param>
    public static VisionConfig Narrow(VisionConfig config, IReadOnlyDictionary<string, int> kept)
    {
        VisionStep[] steps = [.. config.Steps.Select(s => Narrow(s, kept))];
        var mlp = steps.All(s => s is Flatten or Relu or Linear);
        var widths = mlp ? steps.OfType<Linear>().SkipLast(1).Select(l => l.Units) : Axes(config).Select(a => kept.GetValueOrDefault(a.Axis, a.Units));
        return config with { Id = $"{(mlp ? "mlp:" : config.Id + "~")}{string.Join('-', widths)}", Steps = steps };
    }

    /// <summary>The net that is left. Owns copies.</summary>
    /// <param name="net">The net; it stays as it is.</param>
    /// <param name="kept">Numbers of the units kept of axes of <see cref="Axes"/>, ascending.</param>
    public static VisionNet Cut(VisionNet net, IReadOnlyDictionary<string, int[]> kept)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var config = Narrow(net.Config, kept.ToDictionary(k => k.Key, k => k.Value.Length));
        return new VisionNet(config, net.Config.Tensors().ToDictionary(t => t.Name, t =>
        {
            var tensor = (t.IsBuffer ? net.Buffers : net.Parameters)[t.Name].detach().clone();
            for (var d = 0; d < t.Axes.Count; d++)
            {
                if (t.Axes[d] is { Name: { } axis, UnitSize: var size } && kept.TryGetValue(axis, out var units))
                {
                    long[] entries = [.. units.SelectMany(u => Enumerable.Range(u * size, size)).Select(e => (long)e)];
                    tensor = tensor.index_select(d, torch.tensor(entries).to(tensor.device));
                }
            }

            return tensor;
        }));
    }

    private static VisionStep Narrow(VisionStep step, IReadOnlyDictionary<string, int> kept) => step switch
    {
        Linear l when kept.TryGetValue(l.Name, out var units) => l with { Units = units },
        Convolution c when c.Output.Name == c.Name && kept.TryGetValue(c.Name, out var channels) => c with { Channels = channels },
        Residual r => r with { Branch = [.. r.Branch.Select(s => Narrow(s, kept))] },
        _ => step,
    };
}
