using Prunus.Datasets.Images;
using Prunus.Lottery.Tickets;

namespace Prunus.Lottery.Universal.Experiments;

/// <summary>Measures one setting with one seed. A ticket of a shape and seed is compiled once and serves all tasks.</summary>
/// <param name="search">Where sets of images lie.</param>
public sealed class UniversalTrial(ImageSetSearch search)
{
    private readonly Dictionary<(string Shape, long Seed), UniversalCompilation> _compiled = [];

    /// <summary>Metrics by name (<see cref="UniversalMetrics"/>).</summary>
    public IReadOnlyDictionary<string, double> Run(UniversalExperiment experiment, long seed, CancellationToken cancellation)
    {
        var compiled = Compiled(experiment.Shape, seed, cancellation);
        var backbone = compiled.Backbone;
        var metrics = new Dictionary<string, double>(StringComparer.Ordinal)
        {
            [UniversalMetrics.Features] = backbone.Outputs,
            [UniversalMetrics.Kept] = backbone.Ticket.Kept,
            [UniversalMetrics.Random] = backbone.Ticket.RandomParameters,
            [UniversalMetrics.Density] = backbone.Ticket.Kept / (double)backbone.Ticket.RandomParameters,
        };
        if (experiment.Task is { } task)
        {
            Learn(metrics, backbone, task, seed, cancellation);
        }
        else
        {
            Measure(metrics, compiled, experiment.Shape.Epsilon, seed);
        }

        return metrics;
    }

    private UniversalCompilation Compiled(UniversalShape shape, long seed, CancellationToken cancellation)
    {
        var key = (UniversalTicket.Describe(shape.Resolved()), seed);
        return _compiled.TryGetValue(key, out var known) ? known : _compiled[key] = UniversalCompiler.Compile(shape, seed, null, cancellation);
    }

    private static void Measure(Dictionary<string, double> metrics, UniversalCompilation compiled, double epsilon, long seed)
    {
        var (ticket, found) = (compiled.Backbone.Ticket, UniversalVerification.Measure(compiled.Backbone, seed: seed));
        metrics[UniversalMetrics.Error] = found.Error;
        metrics[UniversalMetrics.LogError] = Math.Log10(found.Error);
        metrics[UniversalMetrics.OverEpsilon] = found.Error / epsilon;
        metrics[UniversalMetrics.Certified] = found.Exact.Largest;
        metrics[UniversalMetrics.Certified64] = found.Float64.Largest;
        metrics[UniversalMetrics.Certified32] = found.Float32.Largest;
        metrics[UniversalMetrics.CertifiedOverEpsilon] = found.Float64.Largest / epsilon;
        metrics[UniversalMetrics.Margin] = Math.Log10(found.Exact.Largest / found.Error);
        metrics[UniversalMetrics.SumError] = compiled.LargestError;
        metrics[UniversalMetrics.DensitySmallest] = ticket.Kept / (double)ticket.SmallestRandomParameters;
        metrics[UniversalMetrics.Bytes] = TicketFile.ToBytes(ticket.ToTicket()).Length;
        foreach (var part in ticket.Parts)
        {
            metrics[UniversalMetrics.KeptOf(part)] = ticket.KeptOf(part);
        }

        if (ticket.PublishedCount is { } published)
        {
            (metrics[UniversalMetrics.DensityPublished], metrics[UniversalMetrics.Relative]) = (ticket.Kept / (double)published, found.Relative);
        }
    }

    private void Learn(Dictionary<string, double> metrics, UniversalBackbone backbone, UniversalTask task, long seed, CancellationToken cancellation)
    {
        var (inputs, data) = (backbone.Inputs, TaskData.Make(task, backbone.Inputs, seed, search));
        var random = new RandomFeatures(inputs, backbone.Outputs, seed);
        double[] train = backbone.Features(data.Train), test = backbone.Features(data.Test);
        var readout = LinearReadout.Fit(train, backbone.Outputs, data.TrainTargets, data.Outputs);
        var ticket = Error(data, readout.Predict(test, backbone.Outputs));
        var others = (Random: Error(data, Fitted(random.Of(data.Train), random.Of(data.Test), backbone.Outputs)), Linear: Error(data, Fitted(data.Train, data.Test, inputs)));
        using var net = new ScratchNet(inputs, data.Outputs, backbone.Ticket.Kept + readout.ParameterCount, seed);
        net.Train(data, task.Steps, cancellation);
        var scratch = Error(data, net.Predict(data.Test));
        (metrics[UniversalMetrics.Ticket], metrics[UniversalMetrics.RandomFeatures], metrics[UniversalMetrics.Linear], metrics[UniversalMetrics.Scratch]) = (ticket, others.Random, others.Linear, scratch);
        metrics[UniversalMetrics.AgainstRandom] = Math.Log10(ticket / others.Random);
        metrics[UniversalMetrics.AgainstLinear] = Math.Log10(ticket / others.Linear);
        metrics[UniversalMetrics.AgainstScratch] = Math.Log10(ticket / scratch);
        (metrics[UniversalMetrics.Trained], metrics[UniversalMetrics.TrainedScratch]) = (readout.ParameterCount, net.ParameterCount);
        if (data.Family == backbone.Ticket.Shape.Family && data.Coefficients!.Count <= backbone.Outputs && (data.Family == UniversalFamily.Polynomial || backbone.Ticket.Shape.Shifts))
        {
            var known = Known(backbone, data, test);
            (metrics[UniversalMetrics.Known], metrics[UniversalMetrics.KnownMargin]) = (known, Math.Log10(UniversalBound.Certify(backbone, Strong.Bounds.Arithmetic.Float64).Largest / known));
        }

        double[] Fitted(double[] from, double[] to, int width) => LinearReadout.Fit(from, width, data.TrainTargets, data.Outputs).Predict(to, width);
    }

    // sup |Σ a·(b̃ - b)| / Σ |a|: what strong universality bounds by ε. Features of lower degrees come first, so that the target's are the first of the ticket's.
    private static double Known(UniversalBackbone backbone, TaskData data, double[] features)
    {
        var (powers, coefficients) = (backbone.Ticket.Shape.Features, data.Coefficients!);
        var meant = new double[powers.Count];
        var largest = 0.0;
        for (var n = 0; n < data.Test.Length / backbone.Inputs; n++)
        {
            backbone.Ticket.Shape.Exact(data.Test.AsSpan(n * backbone.Inputs, backbone.Inputs), meant, powers);
            largest = Math.Max(largest, Math.Abs(Enumerable.Range(0, coefficients.Count).Sum(k => coefficients[k] * (features[(n * powers.Count) + k] - meant[k]))));
        }

        return largest / coefficients.Sum(Math.Abs);
    }

    private static double Error(TaskData data, double[] predictions)
    {
        if (!data.IsClasses)
        {
            return Math.Sqrt(predictions.Zip(data.TestTargets, (p, t) => (p - t) * (p - t)).Average());
        }

        var (said, right) = (predictions.Chunk(data.Outputs), data.TestTargets.Chunk(data.Outputs));
        return said.Zip(right, (p, t) => t[Array.IndexOf(p, p.Max())] == 1 ? 0.0 : 1).Average();
    }
}
