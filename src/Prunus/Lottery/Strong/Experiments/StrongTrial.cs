using Prunus.Batches;
using Prunus.Datasets.Images;
using Prunus.Lottery.Strong.Bounds;
using Prunus.Lottery.Strong.Verification;
using Prunus.Native;
using Prunus.Vision;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Lottery.Strong.Experiments;

/// <summary>Compiles one setting with one seed and measures it.</summary>
/// <param name="search">Where data lie.</param>
public sealed class StrongTrial(ImageSetSearch search)
{
    private const string Folder = "weights";
    private const int EvaluationBatch = 1000;
    private static readonly VerificationOptions Amount = new(Images: 500, WorstImages: 32, Steps: 30);

    /// <summary>File of an experiment's weights; null where they are drawn.</summary>
    /// <exception cref="PrunusInputException">It is not there.</exception>
    public string? WeightsPath(StrongExperiment experiment) => experiment.Weights is not { } name ? null
        : Path.Combine(search.Root, Folder, name) is var path && File.Exists(path) ? path
        : throw new PrunusInputException("--data", $"has no {Folder}/{name}", "give the folder of data that has it");

    /// <summary>Metrics by name (<see cref="StrongMetrics"/>).</summary>
    public IReadOnlyDictionary<string, double> Run(StrongExperiment experiment, long seed, CancellationToken cancellation)
    {
        if (experiment.Lemma is { } lemma)
        {
            return LemmaTrial.Run(lemma, experiment.Options, seed, experiment.Needed, cancellation);
        }

        var set = ImageSets.Named(experiment.Data).Load(ImageSplit.Test, search);
        set = set.Pick([.. Enumerable.Range(0, Math.Min(experiment.Images, set.Count))]);
        var config = VisionNets.Named(experiment.Net, new MapShape(set.Shape.Channels, set.Shape.Height, set.Shape.Width), set.ClassNames.Count);
        using var net = WeightsPath(experiment) is { } path ? VisionNet.Load(config, path, Devices.Parse("cpu"))
            : VisionNet.Initialise(config, VisionInitialisations.Named("kaiming-normal"), seed, Devices.Parse("cpu"));
        var target = StrongWeights.Of(net);
        var covered = experiment.ConvolutionsOnly ? config with { Steps = [.. config.Steps.TakeWhile(s => s is not (Flatten or Linear))] } : config;
        var compiled = StrongCompiler.Compile(covered, target, experiment.Options with { Seed = seed }, cancellation: cancellation);
        var sums = StrongWeights.Of(compiled.Ticket);
        var metrics = WeightMetrics.Of(compiled, target, sums);
        var other = target.ToDictionary(t => t.Key, t => sums.TryGetValue(t.Key, out var sum) ? sum : t.Value, StringComparer.Ordinal);
        Differences(metrics, config, compiled.Ticket, target, other, set, cancellation);
        metrics[StrongMetrics.Constant] = Constant(compiled.Ticket.Samples);
        if (experiment.Needed)
        {
            WeightMetrics.AddNeeded(metrics, compiled.Ticket, target, experiment.Options, n => Constant(n));
        }

        return metrics;

        // Of the layer that asks for most.
        double Constant(double n) => compiled.Ticket.Layers.Min(l => TheoremConstant.Of(n, l, compiled.Ticket.Layers.Count, metrics[StrongMetrics.Certified]));
    }

    private static void Differences(
        Dictionary<string, double> metrics, VisionConfig config, StrongTicket ticket, IReadOnlyDictionary<string, double[]> target, IReadOnlyDictionary<string, double[]> other, ImageSet set, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        using var batches = new ImageBatches(
            set, CPU, Math.Min(EvaluationBatch, set.Count), new ChannelStatistics([.. Enumerable.Repeat(0.0, set.Shape.Channels)], [.. Enumerable.Repeat(1.0, set.Shape.Channels)]), 0);
        Tensor? worst = null;
        foreach (var (arithmetic, type) in new[] { (Arithmetic.Float64, ScalarType.Float64), (Arithmetic.Float32, ScalarType.Float32) })
        {
            cancellation.ThrowIfCancellationRequested();
            using var one = StrongWeights.Net(config, target, type);
            using var two = StrongWeights.Net(config, other, type);
            var pair = new NetPair(x => one.Forward(x), x => two.Forward(x), type);
            var bound = ErrorBounds.Certify(config, ErrorBounds.Layers(config, ticket, target, StrongForm.Summed, arithmetic), arithmetic)[^1];
            worst ??= pair.Worst(config.Input, Amount, batches);
            var (random, images, found) = (pair.OnRandom(config.Input, Amount.Images), pair.OnBatches(batches, Math.Min(Amount.Images, set.Count)), pair.On(worst));
            if (arithmetic == Arithmetic.Float64)
            {
                (metrics[StrongMetrics.Certified], metrics[StrongMetrics.Certified64]) = (bound.Bound, bound.Rounded);
                (metrics[StrongMetrics.OnRandom], metrics[StrongMetrics.OnImages], metrics[StrongMetrics.OnWorst]) = (random, images, found);
                (metrics[StrongMetrics.MarginRandom], metrics[StrongMetrics.MarginImages], metrics[StrongMetrics.MarginWorst]) =
                    (Math.Log10(bound.Rounded / random), Math.Log10(bound.Rounded / images), Math.Log10(bound.Rounded / found));
                continue;
            }

            (metrics[StrongMetrics.Certified32], metrics[StrongMetrics.Margin32]) = (bound.Rounded, Math.Log10(bound.Rounded / Math.Max(random, Math.Max(images, found))));
            var (before, after) = (ImageAccuracy.Measure(batches, x => one.Forward(x), cancellation: cancellation), ImageAccuracy.Measure(batches, x => two.Forward(x), cancellation: cancellation));
            (metrics[StrongMetrics.Accuracy], metrics[StrongMetrics.AccuracyChange]) = (after.Accuracy, after.Accuracy - before.Accuracy);
        }
    }
}
