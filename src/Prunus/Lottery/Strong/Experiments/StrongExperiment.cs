namespace Prunus.Lottery.Strong.Experiments;

/// <summary>One setting of a study: a target, and how it is found in a random net.</summary>
/// <param name="Name">Name of its cells.</param>
/// <param name="Net">The target's net.</param>
/// <param name="Weights">File of the target's weights, in <c>weights</c> of the folder of data; null for weights as they are drawn by the seed.</param>
/// <param name="Data">Set of images that both nets are measured on.</param>
/// <param name="Images">Images of it, at most.</param>
/// <param name="ConvolutionsOnly">Whether linear layers stay the target's own, as in the published experiment.</param>
/// <param name="Options">Law, n, ε, scale, choice; the seed is the cell's.</param>
public sealed record StrongExperiment(string Name, string Net, string? Weights, string Data, int Images, bool ConvolutionsOnly, StrongOptions Options)
{
    /// <summary>A layer of the lemmas in place of a net, whose outputs ε is then the error of; null for a net.</summary>
    public LemmaLayer? Lemma { get; init; }

    /// <summary>Whether to say how many numbers would have sufficed.</summary>
    public bool Needed { get; init; }
}

/// <summary>The settings of a recipe.</summary>
public sealed record StrongStudy(IReadOnlyList<StrongExperiment> Experiments)
{
    /// <summary>Names of all cells.</summary>
    public IReadOnlyList<string> Cells => [.. Experiments.Select(e => e.Name)];
}
