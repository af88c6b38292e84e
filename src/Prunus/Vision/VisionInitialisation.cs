using Prunus.Randomness;

namespace Prunus.Vision;

/// <summary>A law that fresh weights are drawn from. Biases start at 0, batch normalisations at scale 1, shift 0, running mean 0 and variance 1.</summary>
/// <param name="Id">As users write it.</param>
/// <param name="Title">The law in one line; fan_in and fan_out as in <see cref="VisionParameter"/>.</param>
/// <param name="Paper">Where it comes from.</param>
/// <param name="Fill">Fills one weight, row-major, from its own generator.</param>
public sealed record VisionInitialisation(string Id, string Title, string Paper, VisionFill Fill);

/// <summary>Fills one weight.</summary>
/// <param name="generator">The weight's own stream.</param>
/// <param name="parameter">The weight, for its fans.</param>
/// <param name="values">Its elements, row-major.</param>
public delegate void VisionFill(Philox4x32 generator, VisionParameter parameter, Span<float> values);

/// <summary>All laws for fresh weights.</summary>
public static class VisionInitialisations
{
    private const string Glorot = "Glorot and Bengio 2010, AISTATS", He = "He et al. 2015, arXiv 1502.01852";

    public static IReadOnlyList<VisionInitialisation> All { get; } =
    [
        new("glorot-normal", "normal, variance 2/(fan_in + fan_out)", Glorot, (g, p, v) => g.FillNormal(0, v, 0, GlorotDeviation(p))),
        new("glorot-uniform", "uniform, variance 2/(fan_in + fan_out)", Glorot, (g, p, v) => FillUniform(g, GlorotDeviation(p), v)),
        new("kaiming-normal", "normal, variance 2/fan_in", He, (g, p, v) => g.FillNormal(0, v, 0, KaimingDeviation(p))),
        new("kaiming-uniform", "uniform, variance 2/fan_in", He, (g, p, v) => FillUniform(g, KaimingDeviation(p), v)),
        new("signed-constant", "plus or minus sqrt(2/fan_in), either sign as likely", "Ramanujan et al. 2020, arXiv 1911.13299", FillSigns),
    ];

    /// <summary>The law of an id.</summary>
    /// <exception cref="PrunusInputException">There is none.</exception>
    public static VisionInitialisation Named(string id) => All.FirstOrDefault(i => i.Id == id)
        ?? throw new PrunusInputException("initialisation", $"'{id}' is not known", $"use one of {string.Join(", ", All.Select(i => i.Id))}");

    private static double GlorotDeviation(VisionParameter p) => Math.Sqrt(2.0 / (p.FanIn + p.FanOut));

    private static double KaimingDeviation(VisionParameter p) => Math.Sqrt(2.0 / p.FanIn);

    // U(-b, b) has the variance b²/3.
    private static void FillUniform(Philox4x32 generator, double deviation, Span<float> values)
    {
        var bound = Math.Sqrt(3) * deviation;
        generator.FillUniform(0, values);
        foreach (ref var value in values)
        {
            value = (float)(((2.0 * value) - 1) * bound);
        }
    }

    private static void FillSigns(Philox4x32 generator, VisionParameter p, Span<float> values)
    {
        var size = (float)KaimingDeviation(p);
        generator.FillUniform(0, values);
        foreach (ref var value in values)
        {
            value = value < 0.5f ? -size : size;
        }
    }
}
