using Prunus.Decoders;
using Prunus.Distillation.HiddenStates;
using Prunus.Pruning;

namespace Prunus.Shrinking;

/// <summary>Choices that the user left open, made by the paper's practices (<see cref="Practice"/>) and, where our measurements disagree, by these. Each says so in one line.</summary>
public static class Advice
{
    private const long SmallDonor = 1_000_000_000;

    /// <summary>Whether a donor has many layers for its width: 16 or more, and 32 times their number above the hidden width.</summary>
    public static bool IsDeepAndThin(DecoderConfig donor) => donor.LayerCount >= 16 && donor.LayerCount * 32 > donor.Hidden;

    /// <summary>Axes of a budget, and what chooses layers.</summary>
    /// <param name="donor">The donor.</param>
    /// <param name="options">What the user asked for.</param>
    /// <param name="axesGiven">Whether the user gave the axes.</param>
    /// <param name="layersByGiven">Whether the user gave what chooses layers.</param>
    /// <returns>The options with the choices made, and a line for each.</returns>
    public static (PruneOptions Options, IReadOnlyList<string> Notes) ForPruning(DecoderConfig donor, PruneOptions options, bool axesGiven, bool layersByGiven)
    {
        var (notes, target) = (new List<string>(), options.Target);
        if (!axesGiven && (target.Keep is not null || target.Parameters is not null))
        {
            var deep = target with { Axes = [Axis.Ffn, Axis.Layers] };
            var (fits, free) = (IsDeepAndThin(donor), target is { Layers: null, Hidden: null });
            if (fits && free && Reaches(donor, deep))
            {
                target = deep;
                notes.Add($"advice: --axes ffn,layers, against practice 4 ({Practice.Of(4).Text}): {donor.LayerCount} layers of {donor.Hidden} are deep and thin; measured on SmolLM2-135M: {Practice.Of(4).Measured}");
            }
            else
            {
                target = target with { Axes = [Axis.Hidden, Axis.Ffn] };
                notes.Add($"advice: --axes hidden,ffn by practice 4 ({Practice.Of(4).Text}){(fits && free ? "; ffn,layers would suit this donor but does not reach the budget" : "")}");
            }
        }

        var layersGo = target.Layers < donor.LayerCount || (target.Layers is null && target.Axes.Contains(Axis.Layers));
        if (!layersByGiven && layersGo && (target.Keep is not null || target.Parameters is not null) && ImportanceMethods.Named(options.Importance).NeedsCalibration)
        {
            options = options with { LayersBy = "bi" };
            notes.Add($"advice: --layers-by bi by practice 2; measured on SmolLM2-135M: {Practice.Of(2).Measured}");
        }

        return (options with { Target = target }, notes);
    }

    /// <summary>Learning rate and losses on hidden states.</summary>
    /// <param name="donor">The donor.</param>
    /// <param name="student">What the plan leaves.</param>
    /// <param name="options">What the user asked for.</param>
    /// <param name="rateGiven">Whether the user gave the learning rate.</param>
    /// <param name="statesGiven">Whether the user gave losses on hidden states.</param>
    /// <returns>The options with the choices made, and a line for each.</returns>
    public static (HealingOptions Options, IReadOnlyList<string> Notes) ForHealing(DecoderConfig donor, DecoderConfig student, HealingOptions options, bool rateGiven, bool statesGiven)
    {
        var (notes, before) = (new List<string>(), DecoderCost.Of(donor).Parameters);
        if (!rateGiven && options.Steps >= 100 && before < SmallDonor && DecoderCost.Of(student).Parameters <= 0.6 * before)
        {
            options = options with { LearningRate = 2e-3 };
            notes.Add("advice: --lr 2e-3 for a deep cut of a small donor; measured on SmolLM2-135M at half its size: 5e-4 4.414, 1e-3 4.329, 2e-3 4.301 nats/token");
        }

        var falls = donor.LayerCount - student.LayerCount;
        if (!statesGiven && options is { KlWeight: > 0, Steps: > 0 } && student.LayerCount > 2 && falls * 10 >= donor.LayerCount * 4)
        {
            options = options with { HiddenStates = HiddenStateOptions.Parse("output@last-2,embedding") };
            notes.Add($"advice: {HiddenStateOptions.Flag} output@last-2,embedding by practice 6: {falls} of {donor.LayerCount} layers go; measured on SmolLM2-135M: {Practice.Of(6).Measured}");
        }

        return (options, notes);
    }

    private static bool Reaches(DecoderConfig donor, PlanTarget target)
    {
        try
        {
            Planner.Propose(donor, target);
            return true;
        }
        catch (PrunusInputException)
        {
            return false;
        }
    }
}
