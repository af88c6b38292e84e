using Prunus.Datasets.Images;

namespace Prunus.Lottery.Experiments.Materials;

/// <summary>Where what experiments name lies on this machine.</summary>
/// <param name="Images">Where sets of images lie.</param>
public sealed record StudySources(ImageSetSearch Images)
{
    /// <summary>From a text's id to its file. By default there are none.</summary>
    public Func<string, string> TextPath { get; init; } = id => throw new PrunusInputException(id, "is no text that is known here", "run it as a recipe");

    /// <summary>From a model's id to its checkpoint. By default there are none.</summary>
    public Func<string, string> ModelPath { get; init; } = id => throw new PrunusInputException(id, "is no model that is known here", "run it as a recipe");
}
