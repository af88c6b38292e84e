using static TorchSharp.torch;

namespace Prunus.Lottery.Training;

/// <summary>What the steps of a training remember beside the net: enough to go on from a state.</summary>
public interface IOptimiserMemory
{
    /// <summary>Steps done; Adam's t.</summary>
    int StepCount { get; }

    /// <summary>Moments by name: <c>momentum_buffer.X</c> of SGD, <c>exp_avg.X</c> and <c>exp_avg_sq.X</c> of Adam. Its own tensors.</summary>
    IEnumerable<(string Name, Tensor Tensor)> State();

    /// <summary>Call after the tensors of <see cref="State"/> and the net's were filled from outside: they are masked again.</summary>
    /// <param name="stepCount">Steps that the state has seen.</param>
    void Restored(int stepCount);
}
