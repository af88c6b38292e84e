namespace Prunus.Lottery.Universal.Experiments;

/// <summary>What a read-out learns.</summary>
public enum UniversalTaskKind
{
    /// <summary>A polynomial of degree 3 with random coefficients.</summary>
    Polynomial,

    /// <summary>A Fourier series of degree 2 with random coefficients.</summary>
    Fourier,

    /// <summary>10 sin(π x₁x₂) + 20 (x₃ - 1/2)² + 10 x₄ + 5 x₅ (Friedman 1991, Annals of Statistics 19(1)), a target outside both families; further inputs do nothing.</summary>
    Friedman,

    /// <summary>Classes of images by their principal components.</summary>
    Images,
}

/// <summary>A task for which only the last linear layer is trained.</summary>
/// <param name="Kind">What is learned.</param>
/// <param name="Train">Points, or images at most, that are learned from.</param>
/// <param name="Noise">Standard deviation of the noise on targets to learn, which have a standard deviation of 1.</param>
/// <param name="Steps">Steps of the net that is trained from scratch.</param>
/// <param name="Data">Set of images; null without.</param>
public sealed record UniversalTask(UniversalTaskKind Kind, int Train, double Noise, int Steps, string? Data);

/// <summary>One setting of a study: a backbone, and a task if it is not the backbone itself that is measured. Settings of one shape have one ticket for each seed.</summary>
public sealed record UniversalExperiment(string Name, UniversalShape Shape, UniversalTask? Task);

/// <summary>The settings of a recipe.</summary>
public sealed record UniversalStudy(IReadOnlyList<UniversalExperiment> Experiments)
{
    /// <summary>Names of all cells.</summary>
    public IReadOnlyList<string> Cells => [.. Experiments.Select(e => e.Name)];
}
