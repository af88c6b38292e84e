using System.Globalization;
using Prunus.Lottery.Masks;
using Prunus.Lottery.Training;

namespace Prunus.Lottery.Experiments.Trainers;

/// <summary>Trains under some masks from one step of a whole training to another.</summary>
/// <param name="part">Steps, and the whole training's schedule.</param>
/// <param name="masks">What is kept in it.</param>
/// <param name="state">Optimiser state to go on with; null at the start.</param>
internal delegate MaskedTrainingResult TrainPart(MaskedTrainingOptions part, MaskSet masks, OptimiserState? state);

/// <summary>
/// One training in which the lowest scores go little by little (gradual magnitude pruning: Zhu and Gupta 2017, arXiv 1710.01878), to the counts that rounds would leave. It is
/// trained in parts with the cuts between them, each with its own states where states are kept, so that it resumes as others do.
/// </summary>
internal sealed class GradualTraining(TicketJob job, TicketExperiment experiment, TicketBeginning start)
{
    /// <summary>Trains to the last step.</summary>
    /// <returns>One curve over all parts, and what is kept at the end. A training that diverges is not cut any more.</returns>
    public (MaskedTrainingResult Result, MaskSet Masks) Run(MaskedTrainingOptions whole, TrainPart train)
    {
        var (cutting, steps) = (experiment.Cutting, experiment.Training.Iterations);
        var pools = MaskPool.After(start.Net.Tensors, cutting.Options, job.Level);
        int[] ends = [.. cutting.Pace.Steps(steps), whole.LastStep];
        var (masks, curves, before) = (start.Masks, new List<TrainingCurve>(), (MaskedTrainingResult?)null);
        try
        {
            for (var i = 0; i < ends.Length; i++)
            {
                var result = train(Part(whole, i, ends), masks, before?.Snapshots[ends[i - 1]].Optimiser);
                before?.Dispose();
                before = result;
                curves.Add(result.Members[0]);
                if (i < ends.Length - 1 && curves.TrueForAll(c => c.DivergedAt is null))
                {
                    masks = cutting.To([.. pools.Select(p => p with { Kept = Left(p, i, ends) })], masks, name => TicketValuesOf.Criterion(experiment, start, job, name)).Masks;
                }
            }
        }
        finally
        {
            before?.Dispose();
        }

        return (new MaskedTrainingResult([Joined(curves, whole)], new Dictionary<int, TicketSnapshot>(), whole.FirstStep), masks);

        long Left(MaskPool pool, int i, int[] at) => i == at.Length - 2 ? pool.Kept
            : pool.Total - (long)Math.Floor(cutting.Pace.Schedule(steps, 1 - ((double)pool.Kept / pool.Total)).At(at[i]) * pool.Total);
    }

    private static MaskedTrainingOptions Part(MaskedTrainingOptions whole, int i, int[] ends) => whole with
    {
        FirstStep = i == 0 ? whole.FirstStep : ends[i - 1],
        LastStep = ends[i],
        ScheduleSteps = whole.LastStep,
        SnapshotAt = i == ends.Length - 1 ? [] : [ends[i]],
        CheckpointFolder = whole.CheckpointFolder is { } folder ? Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"part-{i:D3}")) : null,
    };

    // Every part is evaluated at its end; the curve has the steps that others have.
    private static TrainingCurve Joined(List<TrainingCurve> parts, MaskedTrainingOptions whole) => new(
        [.. parts.SelectMany(p => p.TrainingLosses)],
        [.. parts.SelectMany(p => p.Points).Where(p => p.Step == whole.LastStep || p.Step % whole.EvaluateEvery == 0)],
        parts.Select(p => p.DivergedAt).FirstOrDefault(s => s is not null));
}
