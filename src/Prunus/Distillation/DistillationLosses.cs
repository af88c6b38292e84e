using Prunus.Runs;

namespace Prunus.Distillation;

/// <summary>The losses on logits.</summary>
public static class DistillationLosses
{
    public static ILogitLoss ForwardKl { get; } = new ForwardKullbackLeibler();

    public static ILogitLoss CrossEntropy { get; } = new CrossEntropy();

    /// <summary>Every loss, in the order shown to users; those with a number (<see cref="IParametricLoss"/>) at its default.</summary>
    public static IReadOnlyList<ILogitLoss> All { get; } =
    [
        ForwardKl,
        new ReverseKullbackLeibler(),
        new JensenShannon(0.5),
        new MeanSquaredError(),
        new LogitMeanSquaredError(),
        new CosineDistance(),
        new LogitCosineDistance(),
        new TopKBothRenormalised(1024),
        new TopKTeacherRenormalised(1024),
        new TopKTruncated(1024),
        CrossEntropy,
    ];

    /// <summary>Names of all losses without their numbers.</summary>
    public static IEnumerable<string> Kinds => All.Select(Kind);

    /// <summary>The loss that a text <c>name</c> or <c>name:number</c> means.</summary>
    /// <param name="text">E.g. <c>forward-kl</c>, <c>jsd:0.1</c>, <c>topk-both:100</c>.</param>
    /// <exception cref="PrunusInputException">There is no such loss, or it has no such number.</exception>
    public static ILogitLoss Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var name = colon < 0 ? text : text[..colon];
        var loss = All.FirstOrDefault(loss => Kind(loss) == name) ?? throw Unknown(name);
        return colon < 0 ? loss
            : loss is IParametricLoss parametric ? parametric.With(text[(colon + 1)..])
            : throw new PrunusInputException("--loss", $"{name} takes no number, but '{text}' has one", $"write {name}");
    }

    private static string Kind(ILogitLoss loss) => loss is IParametricLoss parametric ? parametric.Kind : loss.Id;

    private static PrunusInputException Unknown(string name) => new(
        "--loss", $"there is no loss '{name}'",
        NearestName.Find(name, Kinds) is { } near ? $"did you mean '{near}'?" : $"use {string.Join(", ", Kinds)}");
}
