using Prunus.Lottery.Experiments.Materials;
using Prunus.Lottery.Experiments.Measures;
using Prunus.Lottery.Masks;
using Prunus.Lottery.Supermasks;
using Prunus.Lottery.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Lottery.Experiments.Trainers;

/// <summary>Trains the scores of a net whose weights stay as they were drawn.</summary>
/// <param name="job">Its seed gives first scores and draws.</param>
/// <param name="rule">From scores to masks.</param>
/// <param name="material">What is measured on.</param>
internal sealed class SupermaskTraining(TicketJob job, SupermaskRule rule, IStudyMaterial material)
{
    /// <summary>Passes that the end is measured with, where masks are drawn (Zhou et al. 2019, arXiv 1905.01067).</summary>
    private const int Samples = 10;

    /// <summary>As <see cref="MaskedTrainer.Recorder"/>.</summary>
    public Func<IStepRecorder>? Recorder { get; init; }

    /// <summary>As <see cref="MaskedTrainer.RecordingFault"/>.</summary>
    public string? RecordingFault { get; private set; }

    /// <returns>How it went, and what is kept at its end, which the net is left with. Where masks are drawn, the last point of the curve is the mean over ten draws.</returns>
    public (MaskedTrainingResult Result, MaskSet Masks) Run(
        ITicketNet net, Func<int, TicketBatch> batches, MaskedTrainingOptions options, IProgress<int> progress, CancellationToken cancellation)
    {
        using var scored = SupermaskNet.Of(net, rule, job.Seed);
        var trainer = new MaskedTrainer(scored, step =>
        {
            scored.DrawFor(unchecked((ulong)job.Seed), step);
            return batches(step);
        }, options)
        {
            Validation = material.Validation, Test = material.Test, Recorder = Recorder,
        };
        var result = trainer.Run(progress, cancellation);
        RecordingFault = trainer.RecordingFault;
        if (rule is BernoulliMasks)
        {
            var (curve, sampled) = (result.Members[0], Sampled(scored, options.LastStep));
            var sound = double.IsFinite(sampled.ValidationLoss) && double.IsFinite(sampled.TestLoss);
            result = result with { Members = [curve with { Points = [.. curve.Points.SkipLast(1), sampled], DivergedAt = curve.DivergedAt ?? (sound ? null : options.LastStep) }] };
        }

        var masks = scored.Masks();
        Leave(net, masks);
        return (result, masks);
    }

    private CurvePoint Sampled(SupermaskNet scored, int step)
    {
        CurvePoint[] points = [.. Enumerable.Range(1, Samples).Select(i =>
        {
            scored.DrawFor(unchecked((ulong)job.Seed), -i);
            return TicketMeasures.Untrained(scored, material).Points[0];
        })];
        return new CurvePoint(step, points.Average(p => p.ValidationLoss), points.Average(p => p.ValidationAccuracy), points.Average(p => p.TestLoss), points.Average(p => p.TestAccuracy));
    }

    private static void Leave(ITicketNet net, MaskSet masks)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var device = net.Parameters.Values.First().device;
        foreach (var (name, mask) in MaskTensors.Of(masks, device))
        {
            net.Parameters[name].mul_(mask);
        }
    }
}
