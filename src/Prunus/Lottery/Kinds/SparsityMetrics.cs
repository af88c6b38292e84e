namespace Prunus.Lottery.Kinds;

/// <summary>What a cell of a study of kinds measures, by name.</summary>
public static class SparsityMetrics
{
    /// <summary>Prunable weights left, in percent of the dense net's.</summary>
    public const string Pm = "pm";

    /// <summary>Prunable weights left.</summary>
    public const string Kept = "kept";

    /// <summary>Values that have to be kept: weights left, biases, normalisations, embeddings.</summary>
    public const string Parameters = "parameters";

    /// <summary>Bytes of a safetensors file of all tensors, zeros too, float32.</summary>
    public const string BytesDense = "bytes_dense";

    /// <summary>Bytes of a ticket file: masks, entropy-coded, and the values that are left, float32.</summary>
    public const string BytesTicket = "bytes_ticket";

    /// <summary>Bytes of what sparse kernels read in batches (<see cref="SparsityBytes"/>).</summary>
    public const string BytesSparse = "bytes_sparse";

    /// <summary>Test loss after the cut, nats.</summary>
    public const string LossBefore = "loss_before";

    /// <summary>Test accuracy after the cut, 0 to 1.</summary>
    public const string AccuracyBefore = "accuracy_before";

    /// <summary>Test loss after retraining, nats.</summary>
    public const string Loss = "loss";

    /// <summary>Test accuracy after retraining, 0 to 1; of a text the share of next tokens.</summary>
    public const string Accuracy = "accuracy";

    /// <summary>Whether a training broke down, this one or the dense net's: a loss or weight became NaN or infinite. Such a cell has no loss and accuracy.</summary>
    public const string Failed = "failed";

    /// <summary>Sizes of inputs that are timed: images, or tokens of one sequence.</summary>
    public static IReadOnlyList<int> Inputs { get; } = [1, 64];

    /// <summary>All that does not depend on the machine's speed.</summary>
    public static IReadOnlyList<string> Plain { get; } = [Pm, Kept, Parameters, BytesDense, BytesTicket, BytesSparse, LossBefore, AccuracyBefore, Loss, Accuracy, Failed];

    /// <summary>All.</summary>
    public static IReadOnlyList<string> All { get; } =
        [.. Plain, .. from what in (string[])["microseconds", "ratio"] from kernel in (string[])["dense", "sparse"] from count in Inputs select $"{what}_{kernel}_{count}"];

    /// <summary>Median time of a pass.</summary>
    /// <param name="kernel"><c>dense</c> (libtorch) or <c>sparse</c> (ours).</param>
    /// <param name="inputs">One of <see cref="Inputs"/>.</param>
    public static string Microseconds(string kernel, int inputs) => $"microseconds_{kernel}_{inputs}";

    /// <summary>That over libtorch's time of the dense net, taken by turns in the same run: below 1 is faster. Arguments as <see cref="Microseconds"/>.</summary>
    public static string Ratio(string kernel, int inputs) => $"ratio_{kernel}_{inputs}";
}
