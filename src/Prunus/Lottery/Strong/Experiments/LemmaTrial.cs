using Prunus.Lottery.Strong.Bounds;
using Prunus.Lottery.Strong.Verification;
using Prunus.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Lottery.Strong.Experiments;

/// <summary>
/// The lemmas of da Cunha et al. 2022: sup over X in [0,1] of ‖K∗X − (V⊙T)∗σ((U⊙S)∗X)‖_max &lt; ε. Each of the c·d² weights of an output gets its share ε/(c·d²), so that all together
/// stay below ε. The supremum is no search: at a window X that is 1 where the differences of one sign are, and 0 elsewhere, it is reached.
/// </summary>
internal static class LemmaTrial
{
    private const int RandomInputs = 5000;

    /// <param name="lemma">The layer.</param>
    /// <param name="options">ε is the lemma's, of an output.</param>
    /// <param name="seed">Of kernels and random layers.</param>
    /// <param name="needed">Whether to say how many numbers would have sufficed.</param>
    /// <param name="cancellation">Asked between outputs.</param>
    public static IReadOnlyDictionary<string, double> Run(LemmaLayer lemma, StrongOptions options, long seed, bool needed, CancellationToken cancellation)
    {
        Libtorch.Load();
        var (config, kernels) = (lemma.Config, lemma.Kernels(seed));
        var each = options with { Seed = seed, Epsilon = options.Epsilon / StrongLayer.Of(config)[0].Fan };
        var compiled = StrongCompiler.Compile(config, kernels, each, cancellation: cancellation);
        var (ticket, layer) = (compiled.Ticket, compiled.Ticket.Layers[0]);
        var sums = StrongWeights.Of(ticket);
        var metrics = WeightMetrics.Of(compiled, kernels, sums);
        var (sup, worst) = Supremum(layer, kernels[layer.Weight], sums[layer.Weight]);
        using var scope = NewDisposeScope();
        var weight = tensor(kernels[layer.Weight], [.. layer.Shape], ScalarType.Float64);
        using var pairs = new PairNet(ticket, ScalarType.Float64);
        var nets = new NetPair(x => Ops.Convolve(x, weight, null, 1, lemma.Kernel / 2), pairs.Forward, ScalarType.Float64);
        metrics[StrongMetrics.Sup] = sup;
        metrics[StrongMetrics.SupMargin] = Math.Log10(options.Epsilon / sup);
        metrics[StrongMetrics.SupRandom] = nets.OnRandom(config.Input, RandomInputs, seed);
        metrics[StrongMetrics.SupReached] = nets.On(tensor(worst, [1, lemma.Inputs, lemma.Kernel, lemma.Kernel], ScalarType.Float64));

        // The lemma's logarithm: ln(c c' d² / ε), its ε being both error and chance.
        metrics[StrongMetrics.Constant] = TheoremConstant.Of(options.Samples, layer, 1, options.Epsilon, options.Epsilon);
        if (needed)
        {
            WeightMetrics.AddNeeded(metrics, ticket, kernels, each, n => TheoremConstant.Of(n, layer, 1, options.Epsilon, options.Epsilon));
        }

        return metrics;
    }

    /// <summary>The supremum of an output's difference, and a window that reaches it.</summary>
    internal static (double Error, double[] Window) Supremum(StrongLayer layer, double[] target, double[] other)
    {
        var ones = Enumerable.Repeat(1.0, layer.Fan).ToArray();
        var rows = other.Zip(target, (v, w) => v - w).Chunk(layer.Fan).Select(d => (Row: d, Found: LayerDifference.Supremum(d, 0, ones, 1)));
        var (row, found) = rows.MaxBy(r => r.Found.Error);
        return (found.Error, Array.ConvertAll(row, d => d * found.Sign > 0 ? 1.0 : 0));
    }
}
