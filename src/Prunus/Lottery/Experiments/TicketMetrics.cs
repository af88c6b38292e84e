using System.Globalization;

namespace Prunus.Lottery.Experiments;

/// <summary>What a cell of a study measures, by name.</summary>
public static class TicketMetrics
{
    /// <summary>Share of prunable weights left, in percent.</summary>
    public const string Pm = "pm";

    /// <summary>Prunable weights left.</summary>
    public const string Kept = "kept";

    /// <summary>Step of the first least validation loss.</summary>
    public const string EarlyIteration = "early_iteration";

    /// <summary>Test accuracy there, 0 to 1; of a text the share of next tokens.</summary>
    public const string EarlyAccuracy = "early_accuracy";

    /// <summary>Mean test cross entropy there, nats.</summary>
    public const string EarlyLoss = "early_loss";

    /// <summary>Test accuracy after the last step.</summary>
    public const string FinalAccuracy = "final_accuracy";

    /// <summary>Accuracy on training images (as many as there are test images) after the last step.</summary>
    public const string TrainAccuracy = "train_accuracy";

    /// <summary>Mean test cross entropy after the last step, nats.</summary>
    public const string FinalLoss = "final_loss";

    /// <summary>Share of replicates whose loss became NaN, or whose search ended so at an earlier level; their other numbers are left out of means.</summary>
    public const string Failed = "failed";

    /// <summary>Hidden units that no longer take part.</summary>
    public const string DeadUnits = "dead_units";

    /// <summary>Prunable tensors without a weight left.</summary>
    public const string Emptied = "emptied";

    /// <summary>L2 distance over kept weights between this training's end and the dense net's (stability to pruning).</summary>
    public const string DenseDistance = "dense_distance";

    /// <summary>Error barrier, test, between the ticket trained with two data orders, 0 to 1.</summary>
    public const string Barrier = "barrier";

    /// <summary>L2 distance between those two (stability to data order).</summary>
    public const string OrderDistance = "order_distance";

    /// <summary>Angle in degrees between those two.</summary>
    public const string OrderAngle = "order_angle";

    /// <summary>Share of test images that those two class differently.</summary>
    public const string Disagreement = "disagreement";

    /// <summary>Steps trained until this ticket was found and trained, those of levels before among them.</summary>
    public const string SearchSteps = "search_steps";

    /// <summary>Floating-point operations of those steps: 2 · 3 · multiply-adds of the dense net · images or blocks of text (a step back costs about two passes; masked weights are computed too).</summary>
    public const string SearchFlops = "search_flops";

    /// <summary>Prunable weights of the dense net.</summary>
    public const string Weights = "weights";

    /// <summary>Mean overlap (intersection over union) of the mask with other seeds' masks of the level.</summary>
    public const string Overlap = "mask_overlap";

    /// <summary>All but <c>accuracy@STEP</c>.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        Pm, Kept, EarlyIteration, EarlyAccuracy, EarlyLoss, FinalAccuracy, TrainAccuracy, FinalLoss, Failed, DeadUnits, Emptied,
        DenseDistance, Barrier, OrderDistance, OrderAngle, Disagreement, SearchSteps, SearchFlops, Weights, Overlap,
    ];

    /// <summary>Name of the test accuracy at a step.</summary>
    public static string AccuracyAt(long step) => string.Create(CultureInfo.InvariantCulture, $"accuracy@{step}");

    /// <summary>Whether a name is one of these.</summary>
    public static bool Has(string name) => All.Contains(name) || IsAccuracyAt(name);

    /// <summary>Whether a name is that of a test accuracy at a step.</summary>
    public static bool IsAccuracyAt(string name) =>
        name.StartsWith("accuracy@", StringComparison.Ordinal) && long.TryParse(name.AsSpan(9), NumberStyles.None, CultureInfo.InvariantCulture, out _);
}
