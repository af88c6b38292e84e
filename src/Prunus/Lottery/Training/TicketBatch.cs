using Prunus.Batches;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Lottery.Training;

/// <summary>Examples with their answers.</summary>
/// <param name="Inputs">What the net takes: images [N,C,H,W] or tokens [N,T]; of a stack for all members, or [members,N,…] for each its own.</param>
/// <param name="Targets">int64 classes [N], next tokens [N,T] (-100 = none), or with [members,…] before.</param>
public readonly record struct TicketBatch(Tensor Inputs, Tensor Targets)
{
    public static implicit operator TicketBatch(ImageBatch batch) => new(batch.Images, batch.Labels);
}

/// <summary>What a net is evaluated on, batch by batch.</summary>
/// <param name="Batches">Number of batches.</param>
/// <param name="Batch">Gives a batch, from 0, in the caller's dispose scope; always the same one.</param>
public sealed record EvaluationSet(int Batches, Func<int, TicketBatch> Batch)
{
    /// <summary>All images of a set in its order, unvaried.</summary>
    public static EvaluationSet Of(ImageBatches images) =>
        new((images.Count + images.BatchSize - 1) / images.BatchSize, i => images.InOrder(i * images.BatchSize));

    /// <summary>One batch, held by the caller.</summary>
    public static EvaluationSet Of(TicketBatch batch) => new(1, _ => new(batch.Inputs.alias(), batch.Targets.alias()));
}
