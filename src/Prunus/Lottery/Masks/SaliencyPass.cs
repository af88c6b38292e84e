using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Lottery.Masks;

/// <summary>One differentiable pass over copies of a net's tensors: the net, its running statistics too, stays as it is. All tensors are the caller's dispose scope's.</summary>
internal sealed class SaliencyPass
{
    private readonly ITicketNet _net;
    private readonly ScalarType _type;
    private readonly Dictionary<string, Tensor> _instead = new(StringComparer.Ordinal);

    /// <param name="net">A single net.</param>
    /// <param name="type">Type to compute in.</param>
    /// <param name="masks">What is kept, or null for all.</param>
    /// <param name="change">What becomes of each tensor before the pass, or null.</param>
    public SaliencyPass(ITicketNet net, ScalarType type, MaskSet? masks, Func<Tensor, Tensor>? change = null)
    {
        (_net, _type) = (net, type);
        if (net.IsStacked)
        {
            throw new ArgumentException("saliencies are of a single net, not of a stack", nameof(net));
        }

        Weights = [.. net.Tensors.Where(t => t.IsPrunable)];
        foreach (var spec in net.Tensors)
        {
            var own = (spec.IsBuffer ? net.Buffers : net.Parameters)[spec.Name].detach();
            var value = own.is_floating_point() ? own.to(type, copy: true) : own.clone();
            value = change is null ? value : change(value);
            value = masks is not null && masks.Covers(spec.Name) ? value * masks[spec.Name].ToTensor(value.device, type) : value;
            _instead[spec.Name] = spec.IsPrunable ? value.detach().requires_grad_(true) : value;
        }
    }

    /// <summary>Prunable tensors, in the order of the pass.</summary>
    public IReadOnlyList<TicketTensor> Weights { get; }

    /// <summary>Their values in this pass.</summary>
    public Tensor[] Values => [.. Weights.Select(w => _instead[w.Name])];

    /// <summary>Inputs to logits; images are taken in the pass's type, tokens as they are.</summary>
    public Tensor Logits(Tensor inputs, bool training) => _net.Forward(inputs.is_floating_point() ? inputs.to(_type) : inputs, training, _instead);

    /// <summary>Mean cross entropy in nats over all predictions.</summary>
    /// <param name="logits">[…, classes].</param>
    /// <param name="labels">int64 […].</param>
    public static Tensor Loss(Tensor logits, Tensor labels) => nn.functional.cross_entropy(logits.flatten(0, -2), labels.flatten());

    /// <summary>Elements of each weight's tensor as float64, by name.</summary>
    public Dictionary<string, double[]> Read(IEnumerable<Tensor> values) => Weights.Zip(values).ToDictionary(
        p => p.First.Name, p => p.Second.detach().to(ScalarType.Float64).cpu().contiguous().data<double>().ToArray(), StringComparer.Ordinal);
}
