using Prunus.Decoders;
using Prunus.Runs;
using static TorchSharp.torch;

namespace Prunus.Pruning;

/// <summary>A plan and what it was made from.</summary>
/// <param name="Plan">What stays, in indices of the donor.</param>
/// <param name="Scores">The donor's scores.</param>
/// <param name="Proposal">The shape, its costs and what stands against it.</param>
/// <param name="Notes">Choices that were made for the user, one line each.</param>
public sealed record PruneResult(PruningPlan Plan, Scores Scores, PlanProposal Proposal, IReadOnlyList<string> Notes)
{
    /// <summary>The same with the donor's fingerprint in plan and scores.</summary>
    public PruneResult For(string fingerprint) => this with { Plan = Plan with { Donor = new PlanDonor(fingerprint) }, Scores = Scores.For(fingerprint) };
}

/// <summary>Donor and calibration text → a plan: scores, shape, selection (Muralidharan et al. 2024, figure 1). The one way in which everything that prunes makes its plan.</summary>
public static class Pruner
{
    /// <summary>Scores a donor and makes the plan.</summary>
    /// <param name="donor">The donor, float32.</param>
    /// <param name="calibration">Token ids [B,T], int64, without padding; not looked at by methods that need none.</param>
    /// <param name="options">Size and scores.</param>
    /// <param name="seed">Seed of random importance.</param>
    /// <param name="progress">Told the calibration tokens done, as stage <c>score</c>.</param>
    /// <param name="ct">Looked at between forward passes.</param>
    /// <exception cref="PrunusInputException">An option is out of range, the budget cannot be reached, or there is nothing to calibrate on.</exception>
    public static PruneResult Prune(
        Decoder donor, IReadOnlyList<Tensor> calibration, PruneOptions options, long seed, IProgress<ProgressUpdate>? progress = null, CancellationToken ct = default)
    {
        options.Validate();

        // A budget out of reach must show before minutes of scoring, and so must heads that cannot be merged.
        var proposal = Planner.Propose(donor.Config, options.Target);
        var shape = proposal.Shape;
        if (options.Merge != HeadMerging.None)
        {
            HeadResiduals.Check(donor.Config, shape);
        }

        var notes = new List<string>();
        if (options.MeasuresDepth && !DecoderShape.IsUniform(donor.Config) && options.Target.Layers is null)
        {
            options = options with { Target = options.Target with { Layers = shape.LayerCount } };
            notes.Add("the layers differ in width: how many stay was decided as if the first ones did");
        }

        var result = options.Iterations == 1 ? Once(donor, options) : Again(donor, proposal, options, Once);
        result = result with { Notes = [.. notes, .. result.Notes] };
        return options.RescaleNorms ? result with { Plan = NormRatios.Rescale(donor, result.Plan, calibration, ct) } : result;

        PruneResult Once(Decoder model, PruneOptions step)
        {
            var scores = Score(model, calibration, step, seed, progress, ct);
            var keep = step.Target.Layers ?? shape.LayerCount;
            if (Needs(step, model.Config.LayerCount, keep) is { IsEmpty: false } needs)
            {
                scores = scores.And(DepthImportance.Measure(model, calibration, needs, progress, ct));
            }

            return Choose(model.Config, scores, step);
        }
    }

    private static PruneResult Again(Decoder donor, PlanProposal proposal, PruneOptions options, Func<Decoder, PruneOptions, PruneResult> once)
    {
        var (plan, scores) = IterativePruning.Run(donor, proposal.Shape, options, once);
        return new PruneResult(
            plan, scores, proposal with { Result = plan.Resulting(donor.Config) }, [.. proposal.Notes, $"importance was measured {options.Iterations} times, each time on what was left"]);
    }

    /// <summary>Makes the plan from scores that are there already: no weight is looked at.</summary>
    /// <exception cref="PrunusInputException">
    /// As <see cref="Prune"/>; or a score is missing or belongs to another donor; or norms shall be rescaled or importance measured again, which needs passes of a model.
    /// </exception>
    public static PruneResult FromScores(DecoderConfig donor, Scores scores, PruneOptions options)
    {
        options.Validate();
        if (options.Iterations > 1)
        {
            throw new PrunusInputException("--iterations", "measures what each cut leaves, which saved scores do not tell", "give calibration text instead of the scores");
        }

        return !options.RescaleNorms ? Choose(donor, scores, options)
            : throw new PrunusInputException("--rescale-norms", "is measured on calibration text, not on saved scores", "give the text instead of the scores");
    }

    private static PruneResult Choose(DecoderConfig donor, Scores scores, PruneOptions options)
    {
        var (names, ranking) = (options.Names, LayerRankings.Named(options.LayersBy));
        var proposal = Planner.Propose(donor, options.Target, n => ranking.Kept(scores, names.Layers, donor.LayerCount, n));
        var plan = HeadResiduals.Merge(donor, Selection.Plan(donor, proposal.Shape, scores, names, ranking), scores, names, options.Merge, options.MergeOutput);
        return new PruneResult(plan, scores, proposal, [.. proposal.Notes, .. MergeNotes(options, plan)]);
    }

    private static IEnumerable<string> MergeNotes(PruneOptions options, PruningPlan plan) =>
        options.Merge != HeadMerging.None && plan.HeadMerges is null ? ["no kept kv group loses heads: there is nothing to merge"] : [];

    /// <summary>What must be measured of a donor's depth for a plan that keeps so many of its layers.</summary>
    public static DepthOptions Needs(PruneOptions options, int layers, int keep) => keep == layers ? new DepthOptions()
        : LayerRankings.Named(options.LayersBy).Needs(layers - keep, layers) with { LossSequences = options.DepthSequences };

    private static Scores Score(Decoder donor, IReadOnlyList<Tensor> calibration, PruneOptions options, long seed, IProgress<ProgressUpdate>? progress, CancellationToken ct)
    {
        if (ImportanceMethods.Named(options.Importance).WithoutData is { } score)
        {
            return score(donor.Config, p => DecoderValues.Read(donor, p), seed);
        }

        var (total, names) = (calibration.Sum(b => b.numel()), options.Names);
        var sweep = new SweepOptions
        {
            Readings = [.. Reading.All.Where(r => r == Reading.BlockInfluence || r.Id == names.Hidden || r.Id == names.Ffn || r.Id == names.Heads || r.Id == names.Groups)],
            Aggregations = [options.Aggregation],
        };
        return ImportanceSweep.Run(donor, calibration, sweep, progress is null ? null : new Told(tokens => progress.Report(new ProgressUpdate("score", tokens, total))), ct);
    }

    // Progress<T> would hand the report to another thread; a console line must not overtake the next.
    private sealed class Told(Action<long> tell) : IProgress<long>
    {
        public void Report(long value) => tell(value);
    }
}
