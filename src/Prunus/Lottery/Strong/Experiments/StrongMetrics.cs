namespace Prunus.Lottery.Strong.Experiments;

/// <summary>Names of what a strong ticket is measured by.</summary>
public static class StrongMetrics
{
    /// <summary>Mean |weight - target's| and the largest of weights and biases, in the target's units, and log10 of the mean and of the median. One unlucky weight of thousands can be most of a mean.</summary>
    public const string Mean = "mean_error", Largest = "largest_error", LogMean = "log_mean_error", LogMedian = "log_median_error";

    /// <summary>Mean error of the first and of the second layer's weights, and the largest error of a convolution's weight (or of any, without convolutions) over its magnitude.</summary>
    public const string First = "first_mean_error", Second = "second_mean_error", Relative = "relative_error";

    /// <summary>Largest error of a convolution's tensor, weight or bias, over its largest magnitude; the largest of all. What the published plots call the maximum relative weight error.</summary>
    public const string TensorRelative = "tensor_relative_error";

    /// <summary>Share of weights farther than ε.</summary>
    public const string Unreached = "unreached";

    /// <summary>Random weights for each of the target's, share of them kept, and kept for each of the target's.</summary>
    public const string Random = "random_per_weight", Kept = "kept_share", KeptEach = "kept_per_weight";

    /// <summary>Bound of a logit: exact, in float64, in float32.</summary>
    public const string Certified = "certified", Certified64 = "certified_float64", Certified32 = "certified_float32";

    /// <summary>Largest difference of a logit on random images, on images of the set, and on images found by ascent, float64.</summary>
    public const string OnRandom = "observed_random", OnImages = "observed_images", OnWorst = "observed_ascent";

    /// <summary>log10 of bound over observed difference, float64, on the same images; and the least of them in float32. Below 0 a bound is broken.</summary>
    public const string MarginRandom = "margin_random", MarginImages = "margin_images", MarginWorst = "margin_ascent", Margin32 = "margin_float32";

    /// <summary>Accuracy of the ticket's net, and minus that of the target.</summary>
    public const string Accuracy = "accuracy", AccuracyChange = "accuracy_change";

    /// <summary>n over the theorem's logarithm (<see cref="TheoremConstant"/>), ε being the exact bound of a logit and δ <see cref="TheoremConstant.Delta"/>; of a lemma's layer both are the lemma's ε.</summary>
    public const string Constant = "constant";

    /// <summary>Numbers that would have sufficed: of the weight that needs most, of the median one, and the constant of the most. Weights that no subset reaches count as one more than there were.</summary>
    public const string Needed = "needed", NeededMedian = "needed_median", NeededConstant = "needed_constant";

    /// <summary>Of a lemma's layer: the supremum over all inputs of an output's difference, the difference seen at the input that reaches it and on random inputs (pair of layers, float64), log10 of ε over
    /// the supremum.</summary>
    public const string Sup = "sup", SupReached = "sup_reached", SupRandom = "sup_random", SupMargin = "margin_sup";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        Mean, Largest, LogMean, LogMedian, First, Second, Relative, TensorRelative, Unreached, Random, Kept, KeptEach, Certified, Certified64, Certified32, OnRandom, OnImages, OnWorst, MarginRandom, MarginImages, MarginWorst, Margin32,
        Accuracy, AccuracyChange, Constant, Needed, NeededMedian, NeededConstant, Sup, SupReached, SupRandom, SupMargin,
    ];

    /// <summary>Those that tables show.</summary>
    public static IReadOnlyList<string> Shown { get; } = [Mean, Largest, Random, Kept, Certified64, OnWorst, AccuracyChange, Sup, Needed, Constant];
}
