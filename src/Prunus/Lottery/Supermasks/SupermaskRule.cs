using Prunus.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Lottery.Supermasks;

/// <summary>How scores become masks of weights that are never trained, such that the scores can be.</summary>
public abstract record SupermaskRule
{
    private protected SupermaskRule()
    {
    }

    /// <summary>What is wrong with these values; empty when nothing is.</summary>
    public abstract IEnumerable<string> Faults();

    /// <summary>First scores of a weight, row-major.</summary>
    /// <param name="tensor">The weight.</param>
    /// <param name="seed">Of the experiment.</param>
    public abstract float[] FirstScores(TicketTensor tensor, long seed);

    /// <summary>Whether passes draw.</summary>
    internal virtual bool Draws => false;

    /// <summary>What the pass multiplies weights by.</summary>
    /// <param name="scores">Of each masked weight, in the order of the pass.</param>
    /// <param name="leading">Leading dimensions: 1 in a stack, where members are masked apart; 0 in a single net.</param>
    /// <param name="draw">Uniform numbers in [0, 1) of the shape of the i-th scores, where the rule draws.</param>
    /// <returns>Factors of the scores' shapes; their gradients go straight to the scores.</returns>
    internal abstract Tensor[] Factors(IReadOnlyList<Tensor> scores, int leading, Func<int, Tensor> draw);

    /// <summary>What is kept when nothing is drawn any more.</summary>
    /// <returns>0 and 1 of the scores' shapes.</returns>
    internal abstract Tensor[] Masks(IReadOnlyList<Tensor> scores, int leading);

    // The value of the first, the gradient of the second.
    private protected static Tensor Through(Tensor value, Tensor gradient) => Ops.Add(value, gradient.sub(gradient.detach()));

    private protected static long Members(Tensor scores, int leading) => leading == 0 ? 1 : scores.size(0);
}

/// <summary>A rule by which gradients of scores follow from those of the weights that a pass used, so that no pass needs to be followed through the masks.</summary>
internal interface IStraightRule
{
    /// <summary>Weights for one pass.</summary>
    /// <param name="weights">That masks are laid over.</param>
    /// <param name="scores">Of each.</param>
    /// <param name="leading">As in <see cref="SupermaskRule.Factors"/>.</param>
    /// <param name="draw">As there.</param>
    StraightPass Pass(IReadOnlyList<Tensor> weights, IReadOnlyList<Tensor> scores, int leading, Func<int, Tensor> draw);
}

/// <summary>What a pass uses. Its tensors belong to the dispose scope that it was made in.</summary>
/// <param name="Used">Weights as the pass uses them, new tensors without a way back.</param>
/// <param name="Held">What <paramref name="ToScores"/> needs besides.</param>
/// <param name="ToScores">Makes gradients of used weights those of scores, in place; once.</param>
internal sealed record StraightPass(Tensor[] Used, Tensor[] Held, Action<Tensor[]> ToScores) : IDisposable
{
    /// <summary>Takes its tensors out of their scope.</summary>
    public StraightPass Detached()
    {
        Array.ForEach(Used, t => t.DetachFromDisposeScope());
        Array.ForEach(Held, t => t.DetachFromDisposeScope());
        return this;
    }

    public void Dispose()
    {
        Array.ForEach(Used, t => t.Dispose());
        Array.ForEach(Held, t => t.Dispose());
    }
}
