namespace Prunus.Distillation;

/// <summary>What the kernel's source calls a loss, and the numbers that it takes with it.</summary>
/// <param name="Symbol">Value of LOSS in token_losses.cu.</param>
/// <param name="Beta">β of the Jensen-Shannon divergence.</param>
/// <param name="Entries">k of the losses on the teacher's k largest logits.</param>
internal readonly record struct FusedLogitLoss(string Symbol, double Beta = 0, int Entries = 0)
{
    // Nearer to 0 or 1 the divergence is a difference of nearly equal numbers, which the kernel's fast logarithm does not resolve.
    private const double LeastBeta = 0.01;

    /// <summary>Cross entropy alone: no teacher.</summary>
    public static FusedLogitLoss Labels { get; } = new("LABELS");

    /// <summary>The kernel's name for a loss that compares with a teacher, or null where the kernel lacks it.</summary>
    public static FusedLogitLoss? Of(ILogitLoss loss) => loss switch
    {
        ForwardKullbackLeibler => new("FORWARD"),
        ReverseKullbackLeibler => new("REVERSE"),
        JensenShannon { Beta: 0 } => new("FORWARD"),
        JensenShannon { Beta: 1 } => new("REVERSE"),
        JensenShannon { Beta: >= LeastBeta and <= 1 - LeastBeta } jensen => new("JENSEN", Beta: jensen.Beta),
        MeanSquaredError => new("SQUARED"),
        LogitMeanSquaredError => new("SQUARED_LOGITS"),
        CosineDistance => new("COSINE"),
        LogitCosineDistance => new("COSINE_LOGITS"),
        TopKBothRenormalised top => new("TOP_BOTH", Entries: top.Entries),
        TopKTeacherRenormalised top => new("TOP_TEACHER", Entries: top.Entries),
        TopKTruncated top => new("TOP_TRUNCATED", Entries: top.Entries),
        _ => null,
    };
}
