using Prunus.Lottery.Masks;
using Prunus.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Lottery.Training;

/// <summary>
/// A net whose passes use the N highest magnitudes of each M weights, while all weights learn: SR-STE (Zhou et al. 2021, arXiv 2102.04010, equation 9). A weight w learns g + λ (1 - m) w, where g is
/// the loss's gradient of the masked weight m·w, and m changes with the weights from step to step.
/// </summary>
/// <param name="net">Its weights are trained; not owned.</param>
/// <param name="pattern">N:M.</param>
/// <param name="names">Weights that have the pattern, [out, in] or [out, in, kh, kw]; of a stack with [members, …].</param>
/// <param name="decay">λ: how strongly weights that are not used are drawn to 0.</param>
public sealed class PatternedNet(ITicketNet net, NmPattern pattern, IEnumerable<string> names, double decay = NmPattern.PaperDecay) : ITicketNet, IOwnGradients
{
    private readonly HashSet<string> _names = [.. names];
    private RefinedGradients? _learning;

    public string Architecture => net.Architecture;

    public IReadOnlyList<TicketTensor> Tensors => net.Tensors;

    public int Members => net.Members;

    public bool IsStacked => net.IsStacked;

    public IReadOnlyDictionary<string, Tensor> Parameters => net.Parameters;

    public IReadOnlyDictionary<string, Tensor> Buffers => net.Buffers;

    IGradients IOwnGradients.Learn() => _learning = new RefinedGradients(this);

    public Tensor Forward(Tensor inputs, bool training = false, IReadOnlyDictionary<string, Tensor>? instead = null)
    {
        using var scope = NewDisposeScope();
        var weights = training && instead is null && _learning is not null ? _learning.Used() : Masked(instead);
        return net.Forward(inputs, training, weights).MoveToOuterDisposeScope();
    }

    /// <summary>Does nothing: the net is its owner's.</summary>
    public void Dispose()
    {
    }

    private Dictionary<string, Tensor> Masked(IReadOnlyDictionary<string, Tensor>? instead)
    {
        using var noGradient = no_grad();
        var all = net.Parameters.ToDictionary(p => p.Key, p => instead?.GetValueOrDefault(p.Key) ?? p.Value);
        return all.Concat(instead?.Where(i => !all.ContainsKey(i.Key)) ?? []).ToDictionary(p => p.Key, p => _names.Contains(p.Key) ? p.Value * Kept(p.Value) : p.Value);
    }

    private Tensor Kept(Tensor weight) => NmTensors.Kept(weight, pattern, net.IsStacked ? 1 : 0);

    // Masked weights are what gradients are taken of; a step's are freed with the next one's.
    private sealed class RefinedGradients(PatternedNet of) : IGradients
    {
        private readonly List<(string Name, Tensor Weight, Tensor? Kept, Tensor Used)> _used = [];

        public Dictionary<string, Tensor> Used()
        {
            Free();
            using var scope = NewDisposeScope();
            using (no_grad())
            {
                foreach (var (name, weight) in of.Parameters)
                {
                    var kept = of._names.Contains(name) ? of.Kept(weight).DetachFromDisposeScope() : null;
                    _used.Add((name, weight, kept, (kept is null ? weight.alias() : weight * kept).DetachFromDisposeScope()));
                }
            }

            _used.ForEach(u => u.Used.requires_grad = true);
            return _used.ToDictionary(u => u.Name, u => u.Used);
        }

        public Tensor[] Of(Tensor losses, Tensor? ones = null)
        {
            Tensor[] gradients = Ops.Gradients([losses], [.. _used.Select(u => u.Used)], ones is null ? null : [ones]);
            using var noGradient = no_grad();
            foreach (var (gradient, (_, weight, kept, used)) in gradients.Zip(_used))
            {
                if (kept is not null)
                {
                    // (1 - m) w = w - m w.
                    Ops.AddInPlace(gradient, weight - used.detach(), of.Decay);
                }
            }

            return gradients;
        }

        public void Dispose()
        {
            Free();
            of._learning = null;
        }

        private void Free()
        {
            foreach (var (_, _, kept, used) in _used)
            {
                kept?.Dispose();
                used.Dispose();
            }

            _used.Clear();
        }
    }

    private double Decay => decay;
}
