namespace Prunus.Distillation;

/// <summary>The losses on logits.</summary>
public static class DistillationLosses
{
    public static ILogitLoss ForwardKl { get; } = new ForwardKullbackLeibler();

    public static ILogitLoss CrossEntropy { get; } = new CrossEntropy();

    /// <summary>Every loss, in the order shown to users.</summary>
    public static IReadOnlyList<ILogitLoss> All { get; } =
    [
        ForwardKl,
        CrossEntropy,
    ];

    /// <summary>The loss with that id.</summary>
    /// <exception cref="PrunusInputException">There is none.</exception>
    public static ILogitLoss Find(string id) =>
        All.FirstOrDefault(loss => string.Equals(loss.Id, id, StringComparison.Ordinal))
        ?? throw new PrunusInputException("--loss", $"there is no loss '{id}'", $"choose one of {string.Join(", ", All.Select(loss => loss.Id))}");
}
