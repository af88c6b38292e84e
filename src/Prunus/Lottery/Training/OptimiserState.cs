using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Lottery.Training;

/// <summary>What an optimiser remembers, copied at some step. Owns its tensors.</summary>
/// <param name="StepCount">Steps that the optimiser had done.</param>
/// <param name="Tensors">As <see cref="MaskedOptimiser.State"/> names them.</param>
public sealed record OptimiserState(int StepCount, IReadOnlyDictionary<string, Tensor> Tensors) : IDisposable
{
    public void Dispose()
    {
        foreach (var tensor in Tensors.Values)
        {
            tensor.Dispose();
        }
    }
}
