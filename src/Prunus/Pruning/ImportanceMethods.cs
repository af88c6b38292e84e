using Prunus.Decoders;

namespace Prunus.Pruning;

/// <summary>A way to score units.</summary>
/// <param name="Id">As in <c>--importance</c>.</param>
/// <param name="Title">One line for people.</param>
/// <param name="Paper">Where it comes from.</param>
/// <param name="Selection">Names of the scores that rank each axis.</param>
/// <param name="WithoutData">Scores from architecture, weights and seed alone; null where an <see cref="ImportanceSweep"/> over calibration text is needed.</param>
public sealed record ImportanceMethod(
    string Id, string Title, string Paper, SelectionOptions Selection, Func<DecoderConfig, Func<ParameterSpec, float[]>, long, Scores>? WithoutData = null)
{
    /// <summary>Whether calibration text is needed.</summary>
    public bool NeedsCalibration => WithoutData is null;
}

/// <summary>All ways to score units.</summary>
public static class ImportanceMethods
{
    public static IReadOnlyList<ImportanceMethod> All { get; } =
    [
        new("activation", "activations on calibration text for width, Block Influence for layers", "Muralidharan et al. 2024, arXiv 2407.14679; Men et al. 2024, arXiv 2403.03853", new SelectionOptions()),
        new("magnitude", "L2 norm of a unit's weights (control)", "Li et al. 2017, arXiv 1608.08710", Plain("magnitude"), (config, read, _) => MagnitudeImportance.Score(config, read)),
        new("random", "a random score for each unit (control)", "none", Plain("random"), (config, _, seed) => RandomImportance.Score(config, seed)),
    ];

    /// <summary>The method of an id.</summary>
    /// <exception cref="PrunusInputException">There is none.</exception>
    public static ImportanceMethod Named(string id) => All.FirstOrDefault(m => m.Id == id)
        ?? throw new PrunusInputException("--importance", $"'{id}' is no method", $"known are {string.Join(", ", All.Select(m => m.Id))}");

    private static SelectionOptions Plain(string kind) => new()
    {
        Hidden = $"hidden.{kind}", Ffn = $"ffn.{kind}", Heads = $"head.{kind}", Groups = $"group.{kind}", Layers = $"layers.{kind}", Suffix = "",
    };
}
