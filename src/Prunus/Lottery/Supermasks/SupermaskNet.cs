using Prunus.Lottery.Masks;
using Prunus.Lottery.Training;
using Prunus.Native;
using Prunus.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Lottery.Supermasks;

/// <summary>
/// A net whose weights stay as they are and whose masks are learned: what is trained are scores, one for each prunable weight, by the weight's name. Everything that
/// trains an <see cref="ITicketNet"/> trains it.
/// </summary>
public sealed class SupermaskNet : ITicketNet, IOwnGradients
{
    private readonly ITicketNet _net;
    private readonly SupermaskRule _rule;
    private readonly Dictionary<string, Tensor> _scores;
    private StraightGradients? _learning;
    private Tensor[]? _drawn;

    /// <summary>Takes ownership of the scores.</summary>
    /// <param name="net">Frozen, not owned; a stack is masked member by member.</param>
    /// <param name="rule">From scores to masks.</param>
    /// <param name="scores">By name and of the shape and type of every prunable weight.</param>
    /// <exception cref="PrunusInputException">The rule is faulty.</exception>
    /// <exception cref="ArgumentException">Scores are missing or have another shape or type.</exception>
    public SupermaskNet(ITicketNet net, SupermaskRule rule, IReadOnlyDictionary<string, Tensor> scores)
    {
        OptionFaults.Throw("supermask", rule.Faults());
        (_net, _rule) = (net, rule);
        _scores = net.Tensors.Where(t => t.IsPrunable).ToDictionary(
            t => t.Name,
            t => scores.TryGetValue(t.Name, out var s) && s.shape.SequenceEqual(net.Parameters[t.Name].shape) && s.dtype == net.Parameters[t.Name].dtype
                ? s.DetachFromDisposeScope() : throw new ArgumentException($"scores of {t.Name} are missing, or not like the weight", nameof(scores)));
        Tensors = [.. net.Tensors.Where(t => t.IsPrunable || t.IsBuffer)];
    }

    public string Architecture => _net.Architecture + " scores";

    public IReadOnlyList<TicketTensor> Tensors { get; }

    public int Members => _net.Members;

    public bool IsStacked => _net.IsStacked;

    /// <summary>The scores.</summary>
    public IReadOnlyDictionary<string, Tensor> Parameters => _scores;

    public IReadOnlyDictionary<string, Tensor> Buffers => _net.Buffers;

    /// <summary>Numbers in [0, 1) for the pass to draw with, like the i-th scores. Default: all ½.</summary>
    public Func<int, Tensor, Tensor>? Draw { get; set; }

    /// <summary>A single net with first scores.</summary>
    /// <param name="net">Frozen, not owned.</param>
    /// <param name="rule">From scores to masks.</param>
    /// <param name="seed">Of the scores.</param>
    public static SupermaskNet Of(ITicketNet net, SupermaskRule rule, long seed)
    {
        using var scope = NewDisposeScope();
        return new SupermaskNet(net, rule, net.Tensors.Where(t => t.IsPrunable).ToDictionary(t => t.Name, t =>
        {
            var weight = net.Parameters[t.Name];
            return tensor(rule.FirstScores(t, seed), [.. t.Shape]).to(weight.dtype).to(weight.device);
        }));
    }

    /// <summary>Draws what the next pass draws, with a stream of its own for each step: call it before the step's pass. The numbers always lie in the same place, so that a pass may be
    /// recorded.</summary>
    /// <param name="seed">Of the experiment.</param>
    /// <param name="step">Steps done; below 0 for passes that are no steps of the training.</param>
    public void DrawFor(ulong seed, long step)
    {
        if (!_rule.Draws)
        {
            return;
        }

        using var noGradient = no_grad();
        var drawn = _drawn ??= [.. _scores.Values.Select(s => empty_like(s).DetachFromDisposeScope())];
        var keys = new Randomness.Philox4x32(new Randomness.Philox4x32(seed).Word(unchecked((ulong)step)));
        for (var i = 0; i < drawn.Length; i++)
        {
            Ops.FillUniform(drawn[i], ((ulong)keys.Word(2 * (ulong)i) << 32) | keys.Word((2 * (ulong)i) + 1));
        }

        Draw = (i, _) => drawn[i];
    }

    /// <summary>What is kept now, of a single net.</summary>
    public MaskSet Masks()
    {
        using var scope = NewDisposeScope();
        var masks = _rule.Masks([.. _scores.Values], 0);
        return new MaskSet(_scores.Keys.Zip(masks, (name, mask) =>
        {
            var kept = MaskTensors.Floats(mask);
            return (name, Mask.Where(mask.shape, i => kept[i] != 0));
        }));
    }

    /// <summary>Weights as a pass uses them, by name, owned by the caller's dispose scope; gradients of them reach the scores.</summary>
    /// <param name="instead">Scores by name that stand in for the net's own.</param>
    public IReadOnlyDictionary<string, Tensor> MaskedWeights(IReadOnlyDictionary<string, Tensor>? instead = null)
    {
        using var scope = NewDisposeScope();
        Tensor[] scores = [.. _scores.Select(s => instead is not null && instead.TryGetValue(s.Key, out var other) ? other : s.Value)];
        var used = _rule is IStraightRule straight && !Array.Exists(scores, s => s.requires_grad) ? straight.Pass(Weights, scores, Leading, Drawn).Used
            : [.. _rule.Factors(scores, Leading, Drawn).Zip(Weights, (f, w) => w.mul(f))];
        return _scores.Keys.Zip(used).ToDictionary(w => w.First, w => w.Second.MoveToOuterDisposeScope());

        Tensor Drawn(int i) => Noise(i, scores[i]);
    }

    /// <summary>Where gradients of scores follow from those of the masked weights, passes need not be followed through the masks.</summary>
    IGradients IOwnGradients.Learn() => _rule is IStraightRule straight ? _learning = new StraightGradients(this, straight) : new GradientsOf(_scores.Values);

    public Tensor Forward(Tensor inputs, bool training = false, IReadOnlyDictionary<string, Tensor>? instead = null)
    {
        using var scope = NewDisposeScope();
        var weights = training && instead is null && _learning is not null ? _learning.Weights() : MaskedWeights(instead);
        return _net.Forward(inputs, training, weights).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        foreach (var tensor in _scores.Values.Concat(_drawn ?? []))
        {
            tensor.Dispose();
        }
    }

    private Tensor[] Weights => [.. _scores.Keys.Select(name => _net.Parameters[name])];

    private int Leading => IsStacked ? 1 : 0;

    private Tensor Noise(int index, Tensor scores)
    {
        var like = scores.detach();
        return Draw is null ? Ops.FullLike(like, 0.5) : Draw(index, like);
    }

    // Used weights are what gradients are taken of; a step's are freed with the next one's.
    private sealed class StraightGradients(SupermaskNet net, IStraightRule rule) : IGradients
    {
        private readonly Tensor[] _weights = net.Weights, _scores = [.. net._scores.Values];
        private StraightPass? _pass;

        public Dictionary<string, Tensor> Weights()
        {
            _pass?.Dispose();
            using var scope = NewDisposeScope();
            _pass = rule.Pass(_weights, _scores, net.Leading, i => net.Noise(i, _scores[i])).Detached();
            Array.ForEach(_pass.Used, t => t.requires_grad = true);
            return net._scores.Keys.Zip(_pass.Used).ToDictionary(w => w.First, w => w.Second);
        }

        public Tensor[] Of(Tensor losses, Tensor? ones = null)
        {
            var pass = _pass ?? throw new InvalidOperationException("there was no pass that trains");
            Tensor[] gradients = Ops.Gradients([losses], pass.Used, ones is null ? null : [ones]);
            pass.ToScores(gradients);
            return gradients;
        }

        public void Dispose()
        {
            _pass?.Dispose();
            net._learning = null;
        }
    }
}
