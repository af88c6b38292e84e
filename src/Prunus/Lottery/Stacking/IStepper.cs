using Prunus.Lottery.Training;

namespace Prunus.Lottery.Stacking;

/// <summary>The inner loop of a training: many steps in one call, without autograd. What stands around it (evaluation, snapshots, resuming) is the trainer's.</summary>
public interface IStepper : IOptimiserMemory, IDisposable
{
    /// <summary>Nets that are trained side by side.</summary>
    int Members { get; }

    /// <summary>Trains the net's own tensors in place.</summary>
    /// <param name="firstStep">Steps of the training that are done: the batch of the first step here is the batch of this number.</param>
    /// <param name="learningRates">Rate of each step; as many steps are done.</param>
    /// <param name="losses">[steps,members], row by row: mean cross entropy in nats over the batch, before the step's update.</param>
    void Run(int firstStep, ReadOnlySpan<float> learningRates, Span<float> losses);
}
