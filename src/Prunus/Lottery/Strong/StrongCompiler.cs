using Prunus.Lottery.Strong.SubsetSums;
using Prunus.Runs;
using Prunus.Vision;

namespace Prunus.Lottery.Strong;

/// <summary>A compiled net: the ticket, and how near each layer came.</summary>
public sealed record StrongCompilation(StrongTicket Ticket, IReadOnlyList<CompiledLayer> Layers)
{
    /// <summary>Weights and biases farther than ε from their targets.</summary>
    public IReadOnlyList<UnreachedWeight> Unreached { get; } = [.. Layers.SelectMany(l => l.Unreached)];
}

/// <summary>
/// Finds a trained net inside a random one (da Cunha, Natale and Viennot 2022, ICLR, "Proving the lottery ticket hypothesis for convolutional neural networks"): each weight is the
/// sum of a subset of its own random numbers, which is what pruning leaves of them.
/// </summary>
public static class StrongCompiler
{
    /// <param name="config">The target's architecture.</param>
    /// <param name="weights">Its weights and biases by name (<see cref="StrongWeights"/>).</param>
    /// <param name="options">How.</param>
    /// <param name="progress">Told how many outputs of all layers are done.</param>
    /// <param name="cancellation">Asked between weights.</param>
    /// <exception cref="PrunusInputException">The net has unsupported layers, or an option is out of range.</exception>
    public static StrongCompilation Compile(
        VisionConfig config, IReadOnlyDictionary<string, double[]> weights, StrongOptions options, IProgress<ProgressUpdate>? progress = null, CancellationToken cancellation = default)
    {
        options.Validate();
        var layers = StrongLayer.Of(config);
        var exponents = TargetScales.Exponents(layers, weights, options.Scale);
        var (total, done) = (layers.Sum(l => l.Outputs), 0);
        List<CompiledLayer> compiled = [];
        progress?.Report(new ProgressUpdate("subset sums", done, total));
        for (var i = 0; i < layers.Count; i++)
        {
            var (layer, biasExponent) = (layers[i], exponents.Take(i + 1).Sum());
            compiled.Add(Solve(
                new RandomLayer(layer, options.Law, options.Samples, options.Seed), weights[layer.Weight], layer.HasBias ? weights[layer.Bias] : [], options, (exponents[i], biasExponent), () => progress?.Report(new ProgressUpdate("subset sums", Interlocked.Increment(ref done), total)), cancellation));
        }

        return new(StrongTicket.Of(config, options, exponents, compiled), compiled);
    }

    /// <summary>Subsets of one layer.</summary>
    /// <param name="random">Where the random numbers come from.</param>
    /// <param name="weights">Targets, row-major.</param>
    /// <param name="biases">Targets of the bias; empty without one.</param>
    /// <param name="options">Choice and ε.</param>
    /// <param name="exponents">log2 of what weights and biases are divided by.</param>
    /// <param name="outputDone">Called by any thread.</param>
    /// <param name="cancellation">Asked between weights.</param>
    public static CompiledLayer Solve(
        RandomLayer random, double[] weights, double[] biases, StrongOptions options, (int Weights, int Biases) exponents = default, Action? outputDone = null, CancellationToken cancellation = default)
    {
        var (layer, errors, reached) = (random.Layer, new double[weights.Length + biases.Length], new bool[weights.Length + biases.Length]);
        var subsets = new ulong[errors.Length];
        var (ofWeights, ofBiases) = (new ScaledTargets(weights, exponents.Weights, options.Epsilon, options.Of), new ScaledTargets(biases, exponents.Biases, options.Epsilon, options.Of));
        Parallel.For(0, layer.Outputs, new ParallelOptions { CancellationToken = cancellation }, () => new SubsetSearch(options.Choice, layer.Shape.Count > 2 ? options.SearchedOfConvolutions : options.Searched), (o, _, search) =>
        {
            Span<double> seconds = stackalloc double[random.Samples], sample = stackalloc double[random.Samples];
            random.Seconds(o, seconds);
            for (var entry = 0; entry < layer.Fan + (biases.Length > 0 ? 1 : 0); entry++)
            {
                // An output may have thousands of weights of many milliseconds each.
                cancellation.ThrowIfCancellationRequested();
                var (targets, at, index) = entry < layer.Fan ? (ofWeights, (o * layer.Fan) + entry, (o * layer.Fan) + entry) : (ofBiases, o, weights.Length + o);
                random.Sample(o, entry, seconds, sample);
                var found = search.Find(sample, targets.Divided(at), targets.Tolerance(at));
                (subsets[index], errors[index], reached[index]) = (found.Mask, targets.InUnits(found.Error), found.Error <= targets.Tolerance(at));
            }

            outputDone?.Invoke();
            return search;
        }, _ => { });
        var unreached = Enumerable.Range(0, errors.Length).Where(i => !reached[i]).Select(i => i < weights.Length
            ? new UnreachedWeight(layer.Weight, i, ofWeights.InUnits(ofWeights.Divided(i)), errors[i])
            : new UnreachedWeight(layer.Bias, i - weights.Length, ofBiases.InUnits(ofBiases.Divided(i - weights.Length)), errors[i]));
        return new(layer, subsets[..weights.Length], subsets[weights.Length..], errors.Max(), errors.Average(), [.. unreached]);
    }
}
