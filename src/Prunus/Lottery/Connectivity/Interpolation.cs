using Prunus.Lottery.Training;
using Prunus.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Lottery.Connectivity;

/// <summary>Evaluates the nets (1-α)·a + α·b of all parameters.</summary>
/// <param name="net">Gives the pass; its own weights are neither read nor changed. Of a stack each member has its own path.</param>
/// <param name="set">What to evaluate on.</param>
public sealed class Interpolation(ITicketNet net, EvaluationSet set)
{
    /// <summary>Batches to estimate the running statistics of batch normalisations on, at every α anew; null (the default) interpolates those of a and b.</summary>
    public EvaluationSet? Statistics { get; init; }

    /// <summary>Goes along the line.</summary>
    /// <param name="a">One end.</param>
    /// <param name="b">The other.</param>
    /// <param name="intervals">Equal parts of the line. Default 30 (Frankle et al. 2020 evaluate at 30 places).</param>
    /// <param name="cancellation">Looked at between nets.</param>
    /// <returns>The path of each member, of a single net one; intervals + 1 points each.</returns>
    public IReadOnlyList<LinearPath> Between(TicketSnapshot a, TicketSnapshot b, int intervals = 30, CancellationToken cancellation = default) =>
        Between(a, b, [set], intervals, cancellation)[0];

    /// <summary>Goes along the line once for several sets, which share the statistics that are estimated on the way.</summary>
    /// <returns>Of each set the paths of the members.</returns>
    internal IReadOnlyList<IReadOnlyList<LinearPath>> Between(TicketSnapshot a, TicketSnapshot b, IReadOnlyList<EvaluationSet> sets, int intervals, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(intervals, 1);
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var alphas = Enumerable.Range(0, intervals + 1).Select(i => (double)i / intervals).ToArray();
        var found = sets.Select(_ => (Sums: new List<Tensor>(), Classes: new List<Tensor>())).ToArray();
        foreach (var alpha in alphas)
        {
            cancellation.ThrowIfCancellationRequested();
            using var alphaScope = NewDisposeScope();
            var weights = Mixed(a, b, alpha);
            foreach (var (on, kept) in sets.Zip(found))
            {
                var (sum, predicted) = Evaluate(weights, on);
                kept.Sums.Add(sum.MoveToOuterDisposeScope());
                kept.Classes.Add(predicted.MoveToOuterDisposeScope());
            }
        }

        return [.. found.Select(f => Paths(alphas, f.Sums, f.Classes))];
    }

    private LinearPath[] Paths(double[] alphas, List<Tensor> sums, List<Tensor> classes)
    {
        // [points,members,5]: loss, hits, examples, disagreements with either end.
        var all = cat([stack(sums), stack([.. classes.Select(c => Differences(c, classes[0])), .. classes.Select(c => Differences(c, classes[^1]))]).view(2, alphas.Length, -1)
            .permute(1, 2, 0)], 2).cpu().contiguous();
        var values = TensorMemory.Span<double>(all).ToArray();
        return [.. Enumerable.Range(0, net.Members).Select(m => new LinearPath([.. alphas.Select((alpha, i) => Point(alpha, values.AsSpan((i * net.Members + m) * 5, 5)))]))];
    }

    private static Tensor Differences(Tensor a, Tensor b) => a.ne(b).to(ScalarType.Float64).sum(1);

    private static PathPoint Point(double alpha, ReadOnlySpan<double> v) => new(alpha, v[0] / v[2], (v[2] - v[1]) / v[2], v[3] / v[2], v[4] / v[2]);

    /// <summary>Parameters and running statistics of one net on the line, owned by the caller's dispose scope.</summary>
    /// <param name="a">One end.</param>
    /// <param name="b">The other.</param>
    /// <param name="alpha">Share of the other.</param>
    public IReadOnlyDictionary<string, Tensor> Mixed(TicketSnapshot a, TicketSnapshot b, double alpha)
    {
        using var noGradient = no_grad();
        var mixed = net.Parameters.Keys.ToDictionary(name => name, name => Mix(a.Parameters[name], b.Parameters[name]));
        var statistics = Statistics is null ? net.Buffers.Keys.ToDictionary(name => name, name => Mix(a.Buffers[name], b.Buffers[name]))
            : NormStatistics.Estimate(net, mixed, Statistics);
        return new Dictionary<string, Tensor>(mixed.Concat(statistics));

        Tensor Mix(Tensor x, Tensor y) => Ops.AddInPlace(Ops.Multiply(x, 1 - alpha), y, alpha);
    }

    // [members,3] sums as MemberLosses.Sums and [members,examples] classes; places without a target are in class -1.
    private (Tensor Sums, Tensor Classes) Evaluate(IReadOnlyDictionary<string, Tensor> weights, EvaluationSet on)
    {
        using var scope = NewDisposeScope();
        var sums = new List<Tensor>();
        var classes = new List<Tensor>();
        for (var i = 0; i < on.Batches; i++)
        {
            using var batchScope = NewDisposeScope();
            var batch = on.Batch(i);
            var logits = net.Forward(batch.Inputs, instead: weights);
            sums.Add(MemberLosses.Sums(logits, batch.Targets, net.IsStacked).MoveToOuterDisposeScope());
            var found = logits.argmax(-1).view(net.Members, -1).to(ScalarType.Int32);
            var valid = Ops.IsAtLeast(batch.Targets, 0).expand(logits.shape[..^1]).reshape(net.Members, -1);
            classes.Add(Ops.AddInPlace(Ops.AddInPlace(found, 1) * valid, -1).to(ScalarType.Int32).MoveToOuterDisposeScope());
        }

        return (stack(sums).sum([0]).MoveToOuterDisposeScope(), cat(classes, 1).MoveToOuterDisposeScope());
    }
}
