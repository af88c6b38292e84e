namespace Prunus.Lottery.Universal.Experiments;

/// <summary>Names of what a universal ticket is measured by.</summary>
public static class UniversalMetrics
{
    /// <summary>Largest error of a feature on the grid (random points and corners in more dimensions), its log10, and over ε; the same relative to the feature (polynomials).</summary>
    public const string Error = "sup_error", LogError = "log_sup_error", OverEpsilon = "error_over_epsilon", Relative = "relative_error";

    /// <summary>Certified for all points of the cube: exact, float64, float32; the second over ε; log10 of the first over what was measured.</summary>
    public const string Certified = "certified", Certified64 = "certified_float64", Certified32 = "certified_float32", CertifiedOverEpsilon = "certified_over_epsilon", Margin = "margin";

    /// <summary>Largest error of a number summed from random products.</summary>
    public const string SumError = "sum_error";

    /// <summary>Features, kept weights and biases (of all, and of one of the parts log, mix, exp, sin: those that there are), random ones.</summary>
    public const string Features = "features", Kept = "kept", Random = "random";

    /// <summary>Kept over random: as drawn, in the smallest random net that holds the ticket, and by the published count (polynomials).</summary>
    public const string Density = "density", DensitySmallest = "density_smallest", DensityPublished = "density_published";

    /// <summary>Bytes of the ticket's file.</summary>
    public const string Bytes = "bytes";

    /// <summary>Test error of a task (root mean square over the target's standard deviation; share of wrong classes): linear read-out on the ticket's features, on as many random features, on the inputs
    /// themselves, and of a net of the same size trained from scratch.</summary>
    public const string Ticket = "ticket_error", RandomFeatures = "random_features_error", Linear = "linear_error", Scratch = "scratch_error";

    /// <summary>log10 of the ticket's error over another's: below 0 the ticket is better.</summary>
    public const string AgainstRandom = "ticket_against_random", AgainstLinear = "ticket_against_linear", AgainstScratch = "ticket_against_scratch";

    /// <summary>Trained parameters of the read-out, and of the net from scratch.</summary>
    public const string Trained = "trained_parameters", TrainedScratch = "scratch_parameters";

    /// <summary>With a target's own coefficients on the ticket's features, without any training: largest error over the sum of coefficients' magnitudes, and log10 of the certified error of a feature over it
    /// (targets of the ticket's family).</summary>
    public const string Known = "known_error", KnownMargin = "known_margin";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        Error, LogError, OverEpsilon, Relative, Certified, Certified64, Certified32, CertifiedOverEpsilon, Margin, SumError, Features, Kept, KeptOf("log"), KeptOf("mix"), KeptOf("exp"), KeptOf("sin"), Random, Density, DensitySmallest,
        DensityPublished, Bytes, Ticket, RandomFeatures, Linear, Scratch, AgainstRandom, AgainstLinear, AgainstScratch, Trained, TrainedScratch, Known, KnownMargin,
    ];

    /// <summary>Those that tables show.</summary>
    public static IReadOnlyList<string> Shown { get; } = [Features, Error, Certified64, Kept, Density, Ticket, RandomFeatures, Linear, Scratch];

    /// <summary>Kept weights and biases of a part.</summary>
    public static string KeptOf(string part) => $"{Kept}_{part}";
}
