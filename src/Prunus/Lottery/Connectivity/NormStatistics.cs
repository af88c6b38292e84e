using Prunus.Lottery.Training;
using Prunus.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Lottery.Connectivity;

/// <summary>Running statistics of batch normalisations, estimated anew: per layer the mean over batches of the batch's mean and unbiased variance, all layers in training
/// mode in the same pass (PyTorch's momentum = None).</summary>
public static class NormStatistics
{
    // What Forward moves running statistics by in training.
    private const double Momentum = 0.1;

    /// <summary>Estimates them for given weights.</summary>
    /// <param name="net">The net; left as it is.</param>
    /// <param name="parameters">Weights that stand in for the net's own.</param>
    /// <param name="batches">Training batches; targets are not looked at.</param>
    /// <returns>The net's buffers by name, owned by the caller's dispose scope.</returns>
    public static Dictionary<string, Tensor> Estimate(ITicketNet net, IReadOnlyDictionary<string, Tensor> parameters, EvaluationSet batches)
    {
        using var noGradient = no_grad();
        var sums = net.Buffers.ToDictionary(b => b.Key, b => zeros_like(b.Value));
        for (var i = 0; sums.Count > 0 && i < batches.Batches; i++)
        {
            using var scope = NewDisposeScope();

            // Statistics that start at 0 end at momentum times those of the batch.
            var moved = net.Buffers.ToDictionary(b => b.Key, b => zeros_like(b.Value));
            net.Forward(batches.Batch(i).Inputs, training: true, new Dictionary<string, Tensor>(parameters.Concat(moved)));
            foreach (var (name, sum) in sums)
            {
                Ops.AddInPlace(sum, moved[name]);
            }
        }

        foreach (var sum in sums.Values)
        {
            Ops.DivideInPlace(sum, Momentum * batches.Batches);
        }

        return sums;
    }
}
