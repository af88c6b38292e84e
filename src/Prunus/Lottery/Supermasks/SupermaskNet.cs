using Prunus.Lottery.Masks;
using Prunus.Native;
using Prunus.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Lottery.Supermasks;

/// <summary>
/// A net whose weights stay as they are and whose masks are learned: what is trained are scores, one for each prunable weight, by the weight's name. Everything that
/// trains an <see cref="ITicketNet"/> trains it.
/// </summary>
public sealed class SupermaskNet : ITicketNet
{
    private readonly ITicketNet _net;
    private readonly SupermaskRule _rule;
    private readonly Dictionary<string, Tensor> _scores;

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

    /// <summary>Draws with a stream of its own for each step: call it before the step's pass.</summary>
    /// <param name="seed">Of the experiment.</param>
    /// <param name="step">Steps done; below 0 for passes that are no steps of the training.</param>
    public void DrawFor(ulong seed, long step) => Draw = (i, like) => SupermaskScores.Noise(like, new Randomness.Philox4x32(seed).Word(unchecked((ulong)step)), i);

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
        var factors = _rule.Factors(scores, IsStacked ? 1 : 0, i => Draw is null ? Ops.FullLike(scores[i].detach(), 0.5) : Draw(i, scores[i].detach()));
        return _scores.Keys.Zip(factors, (name, factor) => (name, _net.Parameters[name].mul(factor).MoveToOuterDisposeScope())).ToDictionary(w => w.name, w => w.Item2);
    }

    public Tensor Forward(Tensor inputs, bool training = false, IReadOnlyDictionary<string, Tensor>? instead = null)
    {
        using var scope = NewDisposeScope();
        return _net.Forward(inputs, training, MaskedWeights(instead)).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        foreach (var score in _scores.Values)
        {
            score.Dispose();
        }
    }
}
