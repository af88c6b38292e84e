using Prunus.Lottery.Masks;
using Prunus.Vision;

namespace Prunus.Lottery.Experiments;

/// <summary>What of an experiment cannot be run, found before anything is trained.</summary>
internal static class TicketFaults
{
    /// <summary>Checks an experiment by itself.</summary>
    /// <exception cref="PrunusInputException">It cannot be run.</exception>
    public static void Check(string subject, TicketExperiment experiment)
    {
        var (name, cutting) = (experiment.Name, experiment.Cutting);
        var criterion = MaskCriteria.Named(cutting.Criterion);
        if (criterion.Needs.HasFlag(CriterionNeeds.Gradient))
        {
            throw new PrunusInputException(subject, $"{name} cuts by '{criterion.Id}', which looks at gradients before training", "use a criterion that looks at weights, such as large-final");
        }

        if (criterion.Score is null && (cutting.Once || cutting.Options is not { Scope: MaskScope.Layerwise, MinimumKeep: 0 }))
        {
            throw new PrunusInputException(
                subject, $"{name} cuts by '{criterion.Id}', which judges each layer as a whole and has no count", "cut round by round and layer by layer without min_keep, or choose another criterion");
        }

        try
        {
            _ = cutting.Options.Pools(VisionTicketNet.TensorsOf(VisionNets.Named(experiment.Net))).Count();
        }
        catch (PrunusInputException e)
        {
            throw new PrunusInputException($"{subject}, {name}", $"{e.Subject}: {e.Problem}", e.Remedy, e);
        }
    }

    /// <summary>Checks an experiment that trains another's tickets.</summary>
    /// <param name="subject">What errors name.</param>
    /// <param name="experiment">Trains them.</param>
    /// <param name="source">Found them.</param>
    /// <exception cref="PrunusInputException">It cannot train them.</exception>
    public static void CheckSource(string subject, TicketExperiment experiment, TicketExperiment source)
    {
        var both = $"{experiment.Name} takes the tickets of {source.Name}";
        if (experiment.Net != source.Net)
        {
            throw new PrunusInputException(subject, $"{both}, which are of {source.Net}, not of {experiment.Net}", "use one net for both");
        }

        if (experiment.Rewinding != source.Rewinding)
        {
            throw new PrunusInputException(
                subject, $"{both}, which start as 'rewind: {Written(source.Rewinding)}' says, with 'rewind: {Written(experiment.Rewinding)}'", "give both the same");
        }

        if (experiment.Cutting.Levels[^1] > source.Cutting.Levels[^1])
        {
            throw new PrunusInputException(
                subject, $"{both} to level {experiment.Cutting.Levels[^1]}, and that one ends at {source.Cutting.Levels[^1]}", "list fewer levels, or more there");
        }
    }

    private static string Written(TicketRewinding rewinding) => $"{{to: {rewinding.Step}, kind: {rewinding.Kind switch
    {
        Training.RewindKind.LearningRate => "rate",
        Training.RewindKind.FineTune => "finetune",
        _ => "weights",
    }}}}";
}
