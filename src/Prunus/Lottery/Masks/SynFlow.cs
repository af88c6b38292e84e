using Prunus.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Lottery.Masks;

/// <summary>Scores of one SynFlow pass.</summary>
/// <param name="Scores">For each prunable tensor a score of every element, row-major.</param>
/// <param name="Flow">R, the sum of the outputs. Without biases and shifts each layer's scores sum to it.</param>
public sealed record SynFlowScores(IReadOnlyDictionary<string, double[]> Scores, double Flow)
{
    /// <summary>Sum of a layer's scores.</summary>
    public double LayerSum(string name) => Scores[name].Sum();
}

/// <summary>SynFlow (Tanaka et al. 2020, arXiv 2006.05467): prunes a net without data and without emptying a layer early.</summary>
public static class SynFlow
{
    /// <summary>Passes of the paper.</summary>
    public const int PaperPasses = 100;

    /// <summary>|dR/dw · w| where R is the sum of the outputs to an input of ones, every tensor (biases, scales, shifts and running means too) replaced by its magnitude, running
    /// statistics in batch normalisations. In float64, since products over deep nets leave float32's range.</summary>
    /// <param name="net">A single net.</param>
    /// <param name="example">Inputs, of which only the shape of one and the device are used: [N,C,H,W].</param>
    /// <param name="masks">What is kept; pruned weights count as 0 and score 0. Default all.</param>
    /// <exception cref="PrunusInputException">The net takes tokens, for which there is no input of ones.</exception>
    public static SynFlowScores Scores(ITicketNet net, Tensor example, MaskSet? masks = null)
    {
        if (!example.is_floating_point())
        {
            throw new PrunusInputException("SynFlow", "needs an input of ones, and this net takes tokens", "choose SNIP or magnitudes");
        }

        using var scope = NewDisposeScope();
        var pass = new SaliencyPass(net, ScalarType.Float64, masks, t => t.is_floating_point() ? t.abs() : t);
        var values = pass.Values;
        var flow = pass.Logits(ones([1, .. example.shape.Skip(1)], ScalarType.Float64, example.device), training: false).sum();
        return new(pass.Read(Ops.Gradients([flow], values).Zip(values, (g, w) => (g * w).abs())), flow.item<double>());
    }

    /// <summary>Prunes in passes: after pass i of n the floor((1 - keep^((i+1)/n)) N) lowest of all N prunable weights are gone, scores being taken anew before each.</summary>
    /// <param name="net">A single net.</param>
    /// <param name="example">Inputs, of which only the shape of one and the device are used.</param>
    /// <param name="keep">Share of the prunable weights that is left, above 0, at most 1.</param>
    /// <param name="passes">Passes. Default 100.</param>
    /// <exception cref="PrunusInputException">The share or the number of passes is at fault, or scores overflow.</exception>
    public static MaskCutResult Prune(ITicketNet net, Tensor example, double keep, int passes = PaperPasses)
    {
        if (!(keep is > 0 and <= 1) || passes < 1)
        {
            throw new PrunusInputException("SynFlow", $"keep {keep} in {passes} passes", "keep a share in (0, 1] in at least one pass");
        }

        TicketTensor[] all = [.. net.Tensors.Where(t => t.IsPrunable)];
        return Prune(net, example, [new MaskPool(all, 0)], passes, (pool, pass) => pool.Total - (long)((1 - Math.Pow(keep, (pass + 1.0) / passes)) * pool.Total));
    }

    /// <summary>The same to counts, of layers or of what is ranked together: what is left of each pool falls by one factor a pass.</summary>
    /// <param name="net">A single net.</param>
    /// <param name="example">Inputs, of which only the shape of one and the device are used.</param>
    /// <param name="pools">What to keep; tensors that they do not name stay.</param>
    /// <param name="passes">Passes. Default 100.</param>
    /// <exception cref="PrunusInputException">Scores overflow.</exception>
    public static MaskCutResult Prune(ITicketNet net, Tensor example, IReadOnlyList<MaskPool> pools, int passes = PaperPasses) =>
        Prune(net, example, pools, passes, (pool, pass) =>
            pass + 1 == passes ? pool.Kept : pool.Total - (long)((1 - Math.Pow((double)pool.Kept / pool.Total, (pass + 1.0) / passes)) * pool.Total));

    // Each pass counts what goes off all weights; what is gone scores 0 and goes first.
    private static MaskCutResult Prune(ITicketNet net, Tensor example, IReadOnlyList<MaskPool> pools, int passes, Func<MaskPool, int, long> kept)
    {
        var full = MaskSet.Full(net.Tensors);
        var cut = new MaskCutResult(full, [], 0);
        for (var pass = 0; pass < passes; pass++)
        {
            var at = pass;
            cut = MaskCut.ToCounts(full, Scores(net, example, cut.Masks).Scores, [.. pools.Select(p => p with { Kept = kept(p, at) })]);
        }

        return cut;
    }
}
