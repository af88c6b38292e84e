using System.Runtime.InteropServices;
using Prunus.Decoders;
using TorchSharp;

namespace Prunus.Training;

/// <summary>What a training minimizes: a weighted sum of losses, each a mean over the tokens of a step.</summary>
public interface ITrainingObjective
{
    /// <summary>Names of the losses, as metrics show them.</summary>
    IReadOnlyList<string> Names { get; }

    /// <summary>Factor of each loss in the sum.</summary>
    IReadOnlyList<double> Factors { get; }

    /// <summary>What is trained beside the student. Owned by whoever made the objective.</summary>
    IReadOnlyList<TrainedGroup> Groups => [];

    /// <summary>All settings in words: two objectives that differ have different ones.</summary>
    string Description { get; }

    /// <summary>
    /// Runs forward and backward on a micro-batch. Gradients of the student's body go to its parameters' <c>grad</c>, those of the output
    /// head are added to <paramref name="headGradient"/>, those of <see cref="Groups"/> go to their own. Nothing is fetched from the device, unless a teacher's states go to disk.
    /// </summary>
    /// <param name="student">The student.</param>
    /// <param name="batch">The tokens.</param>
    /// <param name="headGradient">Gradient of the head weight [vocab, hidden] float32.</param>
    /// <returns>The micro-batch's share of each mean [losses] float32 on the device; the caller disposes it.</returns>
    torch.Tensor Backward(Decoder student, TokenBatch batch, torch.Tensor headGradient);
}

/// <summary>A micro-batch.</summary>
/// <param name="Ids">[B,T] int64 on the device.</param>
/// <param name="SequencesInStep">Sequences of the whole step, over which the losses are means.</param>
/// <param name="Step">The step's tokens on the host; null where nobody asks for them.</param>
/// <param name="First">The micro-batch's first row in <paramref name="Step"/>.</param>
public readonly record struct TokenBatch(torch.Tensor Ids, long SequencesInStep, int[,]? Step = null, int First = 0)
{
    /// <summary>Tokens of a sequence of the micro-batch, on the host.</summary>
    public ReadOnlySpan<int> Row(int row) => MemoryMarshal.CreateReadOnlySpan(ref (Step ?? throw new InvalidOperationException("no tokens on the host"))[First + row, 0], Step.GetLength(1));
}
