using System.Globalization;
using Prunus.Decoders;
using Prunus.Training;
using TorchSharp;

namespace Prunus.Distillation;

/// <summary>
/// A teacher that is tuned on the text by next-token loss while a student learns from it (Sreenivas et al. 2024, arXiv 2408.11796, section 2: correction in parallel
/// with distillation). Each step the student sees the teacher as it was before the step.
/// </summary>
public sealed class MovingTeacher : IDisposable
{
    private readonly Decoder _masters;
    private readonly ChunkedLogitLoss _loss;
    private readonly string _headName;

    /// <param name="masters">Float32 teacher; its weights change. Not owned.</param>
    /// <param name="precision">Type of its passes.</param>
    /// <param name="options">Its optimizer.</param>
    /// <param name="schedule">Its learning rate.</param>
    /// <param name="chunkBytes">Memory for the logits of a chunk; see <see cref="ChunkedLogitLoss"/>.</param>
    public MovingTeacher(Decoder masters, Precision precision, AdamWOptions options, CosineSchedule schedule, long? chunkBytes = null)
    {
        ArgumentNullException.ThrowIfNull(masters);
        _masters = masters;
        Decoder = WorkingCopy.Of(masters, precision);
        Group = new("teacher", masters.Parameters, Decoder.Parameters, options, schedule);
        _loss = new([new LogitLossTerm(DistillationLosses.CrossEntropy)], chunkBytes);
        _headName = masters.Config.TiedEmbeddings ? "embed.weight" : "head.weight";
        Description = string.Create(CultureInfo.InvariantCulture, $"moving teacher {options} {schedule}");
    }

    /// <summary>The teacher as it computes.</summary>
    public Decoder Decoder { get; }

    /// <summary>Its optimizer.</summary>
    public TrainedGroup Group { get; }

    /// <summary>All settings in words.</summary>
    public string Description { get; }

    /// <summary>Runs the teacher forward and its own loss backward.</summary>
    /// <param name="ids">[B,T].</param>
    /// <param name="targets">Its labels.</param>
    /// <param name="visitor">Sees the values of the pass.</param>
    /// <returns>Its states after the final norm [B·T,H] without a graph, and its loss [1]; in the caller's dispose scope.</returns>
    internal (torch.Tensor Hidden, torch.Tensor Loss) Pass(torch.Tensor ids, LogitTargets targets, DecoderVisitor? visitor)
    {
        using var scope = torch.NewDisposeScope();
        var hidden = Decoder.Body(ids, visitor).flatten(0, 1);
        var loss = _loss.Backward(
            hidden, new LogitHead(Decoder.HeadWeight, Decoder.Config.LogitSoftCap), Group.Optimizer.Gradient(_headName), null, null, targets);
        return (hidden.detach().MoveToOuterDisposeScope(), loss.MoveToOuterDisposeScope());
    }

    public void Dispose()
    {
        Group.Dispose();
        if (!ReferenceEquals(Decoder, _masters))
        {
            Decoder.Dispose();
        }
    }
}
