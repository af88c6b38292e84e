using Prunus.Lottery.Stacking;
using Prunus.Lottery.Training;
using Prunus.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Lottery.Experiments;

/// <summary>A training by written-out steps: seconds long, so that it keeps no states and begins anew after a kill.</summary>
/// <param name="net">A single net; the stepper trains its tensors.</param>
/// <param name="stepper">The steps.</param>
/// <param name="options">Steps, schedule, evaluations and snapshots.</param>
/// <param name="validation">What early stopping looks at.</param>
/// <param name="test">What accuracies are reported of.</param>
internal sealed class SteppedTraining(ITicketNet net, StackedMlpStep stepper, MaskedTrainingOptions options, EvaluationSet validation, EvaluationSet test)
{
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public MaskedTrainingResult Run(IProgress<int>? progress, CancellationToken cancellation)
    {
        options.Validate();
        var losses = new List<float>();
        var points = new List<CurvePoint>();
        var snapshots = new Dictionary<int, TicketSnapshot>();
        for (var step = options.FirstStep; step < options.LastStep;)
        {
            cancellation.ThrowIfCancellationRequested();
            var next = Next(step);
            var found = new float[next - step];
            stepper.Run(step, [.. Enumerable.Range(step, next - step).Select(s => (float)options.Schedule.At(s))], found);
            losses.AddRange(found);
            step = next;
            if (options.SnapshotAt.Contains(step))
            {
                snapshots[step] = TicketSnapshot.Of(net, step);
            }

            if (step == options.LastStep || step % options.EvaluateEvery == 0)
            {
                points.Add(Point(net, step, validation, test));
                progress?.Report(step);
            }
        }

        var diverged = losses.FindIndex(l => !float.IsFinite(l));
        return new MaskedTrainingResult([new TrainingCurve(losses, points, diverged < 0 ? null : options.FirstStep + diverged + 1)], snapshots, options.FirstStep);
    }

    /// <summary>Evaluates a single net.</summary>
    public static CurvePoint Point(ITicketNet net, int step, EvaluationSet validation, EvaluationSet test)
    {
        using var scope = NewDisposeScope();
        var values = TensorMemory.Span<double>(cat([MemberLosses.Evaluate(net, validation), MemberLosses.Evaluate(net, test)]).cpu().contiguous());
        return new CurvePoint(step, values[0], values[1], values[2], values[3]);
    }

    // The next step at which something is to be done.
    private int Next(int step) => options.SnapshotAt.Where(s => s > step).Append((step / options.EvaluateEvery + 1) * options.EvaluateEvery).Append(options.LastStep).Min();
}
