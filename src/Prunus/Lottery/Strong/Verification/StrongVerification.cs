using Prunus.Batches;
using Prunus.Datasets.Images;
using Prunus.Lottery.Strong.Bounds;
using Prunus.Vision;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Lottery.Strong.Verification;

/// <summary>A ticket's net beside its target: certified and observed differences, accuracies.</summary>
/// <param name="Layers">Bounds after each layer, of the summed net in float32.</param>
/// <param name="Certified">Bound of the logits by form and arithmetic.</param>
/// <param name="Observed">Differences seen.</param>
/// <param name="Target">Accuracy of the target; null without images.</param>
/// <param name="Other">Accuracy of the ticket's net.</param>
public sealed record StrongVerification(
    IReadOnlyList<LayerBound> Layers, IReadOnlyDictionary<(StrongForm Form, Arithmetic Arithmetic), double> Certified, IReadOnlyList<ObservedDifference> Observed,
    ImageAccuracy? Target, ImageAccuracy? Other)
{
    private const int EvaluationBatch = 1000;

    /// <summary>Bound of the logits in exact arithmetic, the ticket's weights rounded to float32.</summary>
    public double Exact => Layers[^1].Bound;

    /// <summary>Whether every bound held.</summary>
    public bool Holds => Observed.All(o => o.Holds);

    /// <summary>Measures on the CPU.</summary>
    /// <param name="ticket">The ticket.</param>
    /// <param name="target">The target's weights by name.</param>
    /// <param name="images">Labelled images, whose bytes are divided by 255; null for none.</param>
    /// <param name="options">How many.</param>
    /// <param name="given">Images of the user's own, or null.</param>
    /// <param name="cancellation">Asked between measurements.</param>
    public static StrongVerification Measure(
        StrongTicket ticket, IReadOnlyDictionary<string, double[]> target, (string Name, ImageSet Set)? images, VerificationOptions options,
        GivenImages? given = null, CancellationToken cancellation = default)
    {
        var bounds = new Dictionary<(StrongForm, Arithmetic), IReadOnlyList<LayerBound>>();
        var observed = new List<ObservedDifference>();
        using var batches = images is { } labelled ? Batches(labelled.Set) : null;
        using var scope = NewDisposeScope();
        Tensor? worst = null;
        foreach (var (arithmetic, type) in new[] { (Arithmetic.Float64, ScalarType.Float64), (Arithmetic.Float32, ScalarType.Float32) })
        {
            using var mine = StrongWeights.Net(ticket.Config, target, type);
            using var summed = StrongWeights.Net(ticket.Config, StrongWeights.Of(ticket), type);
            using var pairs = new PairNet(ticket, type);
            foreach (var form in Enum.GetValues<StrongForm>())
            {
                bounds[(form, arithmetic)] = ErrorBounds.Certify(ticket.Config, ErrorBounds.Layers(ticket, target, form, arithmetic), arithmetic);
                var certified = bounds[(form, arithmetic)][^1].Rounded;
                var count = form == StrongForm.Pairs ? options.PairImages : options.Images;
                var nets = new NetPair(x => mine.Forward(x), x => form == StrongForm.Pairs ? pairs.Forward(x) : summed.Forward(x), type);
                observed.Add(new("random", count, form, arithmetic, nets.OnRandom(ticket.Config.Input, count), certified));
                cancellation.ThrowIfCancellationRequested();
                if (batches is not null)
                {
                    var seen = Math.Min(form == StrongForm.Summed && type == ScalarType.Float32 ? batches.Count : count, batches.Count);
                    observed.Add(new(images!.Value.Name, seen, form, arithmetic, nets.OnBatches(batches, seen), certified));
                }

                // The worst images of the summed net are bad for the other as well.
                worst ??= nets.Worst(ticket.Config.Input, options, batches);
                observed.Add(new("ascent", options.WorstImages, form, arithmetic, nets.On(worst), certified));
                observed.AddRange(On(given, nets, form, arithmetic, certified));
                cancellation.ThrowIfCancellationRequested();
            }
        }

        using var one = StrongWeights.Net(ticket.Config, target, ScalarType.Float32);
        using var other = StrongWeights.Net(ticket.Config, StrongWeights.Of(ticket), ScalarType.Float32);
        return new(
            bounds[(StrongForm.Summed, Arithmetic.Float32)], bounds.ToDictionary(b => b.Key, b => b.Value[^1].Rounded), observed,
            batches is null ? null : ImageAccuracy.Measure(batches, x => one.Forward(x), cancellation: cancellation),
            batches is null ? null : ImageAccuracy.Measure(batches, x => other.Forward(x), cancellation: cancellation));
    }

    // Of images outside [0,1] what is seen, beside no bound.
    private static IEnumerable<ObservedDifference> On(GivenImages? given, NetPair nets, StrongForm form, Arithmetic arithmetic, double certified)
    {
        if (given is null)
        {
            yield break;
        }

        foreach (var (outside, count) in new[] { (false, given.Count - given.Outside.Count), (true, given.Outside.Count) }.Where(g => g.Item2 > 0))
        {
            using var scope = NewDisposeScope();
            yield return new(outside ? given.Name + ", outside [0,1]" : given.Name, count, form, arithmetic, nets.On(given.Pick(outside, nets.Type)), outside ? null : certified);
        }
    }

    private static ImageBatches Batches(ImageSet set) => new(
        set, CPU, Math.Min(EvaluationBatch, set.Count), new ChannelStatistics([.. Enumerable.Repeat(0.0, set.Shape.Channels)], [.. Enumerable.Repeat(1.0, set.Shape.Channels)]), 0);
}
