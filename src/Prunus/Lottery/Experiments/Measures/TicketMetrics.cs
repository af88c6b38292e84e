using System.Globalization;

namespace Prunus.Lottery.Experiments.Measures;

/// <summary>What a cell of a study measures, by name.</summary>
public static class TicketMetrics
{
    /// <summary>Share of prunable weights left, in percent.</summary>
    public const string Pm = "pm";

    /// <summary>Prunable weights left.</summary>
    public const string Kept = "kept";

    /// <summary>Step of the first least validation loss; of weights that go during the training, once all have gone.</summary>
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

    /// <summary>Layers of which all units are dead: nothing passes them.</summary>
    public const string DeadAxes = "dead_axes";

    /// <summary>Weights that the cut to this level would have taken but for a minimum to keep of each layer; absent where none is asked for.</summary>
    public const string HeldBack = "held_back";

    /// <summary>L2 distance over kept weights between this training's end and the dense net's (stability to pruning).</summary>
    public const string DenseDistance = "dense_distance";

    /// <summary>Angle in degrees between those two, seen from 0.</summary>
    public const string DenseAngle = "dense_angle";

    /// <summary>Error barrier on test images between the ticket trained with two data orders, 0 to 1.</summary>
    public const string Barrier = "barrier";

    /// <summary>The same on training images (as many as there are test images).</summary>
    public const string TrainBarrier = "train_barrier";

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

    /// <summary>That overlap of random masks with the same numbers of weights in each layer.</summary>
    public const string OverlapByChance = "mask_overlap_chance";

    /// <summary>Step of the dense net's early stop over that of this training, same experiment and seed: above 1 it stops sooner.</summary>
    public const string Sooner = "sooner";

    /// <summary>Behind the name of an accuracy or loss: minus the dense net's (level 0) of the same experiment and seed.</summary>
    public const string BesideDense = "_beside_dense";

    private const string DensityOf = "density:";

    /// <summary>What an accuracy's name is with <c>error</c> in place of <c>accuracy</c>: 1 minus it.</summary>
    private static readonly string[] Errors = [ErrorOf(EarlyAccuracy), ErrorOf(FinalAccuracy)];

    /// <summary>All but <c>accuracy@STEP</c>, <c>density:LAYER</c> and errors.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        Pm, Kept, EarlyIteration, EarlyAccuracy, EarlyLoss, FinalAccuracy, TrainAccuracy, FinalLoss, Failed, DeadUnits, Emptied, DeadAxes, HeldBack,
        DenseDistance, DenseAngle, Barrier, TrainBarrier, OrderDistance, OrderAngle, Disagreement, SearchSteps, SearchFlops, Weights, Overlap, OverlapByChance, Sooner,
        .. Beside(EarlyAccuracy, FinalAccuracy, EarlyLoss, FinalLoss),
    ];

    /// <summary>Name of the test accuracy at a step.</summary>
    public static string AccuracyAt(long step) => string.Create(CultureInfo.InvariantCulture, $"accuracy@{step}");

    /// <summary>Name of the share of a tensor's weights that is left, in percent: <c>density:conv1</c>, <c>density:layer1-0-conv1</c>.</summary>
    /// <param name="tensor">Name of the tensor; a metric's has no dots.</param>
    public static string Density(string tensor) => DensityOf + (tensor.EndsWith(".weight", StringComparison.Ordinal) ? tensor[..^".weight".Length] : tensor).Replace('.', '-');

    /// <summary>The accuracy that an error, <c>early_error</c> or <c>final_error</c>, is 1 minus of; null of another name.</summary>
    public static string? AccuracyOf(string name) => Errors.Contains(name) ? name.Replace("error", "accuracy", StringComparison.Ordinal) : null;

    private static string ErrorOf(string accuracy) => accuracy.Replace("accuracy", "error", StringComparison.Ordinal);

    /// <summary>The layer of a <see cref="Density"/>, or null.</summary>
    public static string? LayerOf(string name) => name.StartsWith(DensityOf, StringComparison.Ordinal) && name.Length > DensityOf.Length ? name[DensityOf.Length..] : null;

    /// <summary>Step of a test accuracy's name, or null.</summary>
    public static long? StepOf(string name) =>
        name.StartsWith("accuracy@", StringComparison.Ordinal) && long.TryParse(name.AsSpan(9), NumberStyles.None, CultureInfo.InvariantCulture, out var step) ? step : null;

    /// <summary>Whether a name is one of these.</summary>
    public static bool Has(string name) => All.Contains(name) || IsOneOfMany(name) || Errors.Contains(name);

    /// <summary>Whether a cell has many of a kind, a test accuracy at a step or the density of a layer: records have those that something is said of.</summary>
    public static bool IsOneOfMany(string name) => StepOf(name) is not null || LayerOf(name) is not null;

    private static IEnumerable<string> Beside(params string[] metrics) => metrics.Select(m => m + BesideDense);
}
