using System.Diagnostics;
using Prunus.Batches;
using Prunus.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Lottery;

/// <summary>How a net does on images.</summary>
/// <param name="Images">Images seen.</param>
/// <param name="Correct">Images whose highest logit (the first of equal ones) is their class.</param>
/// <param name="Seconds">Time of the passes alone.</param>
public sealed record ImageAccuracy(int Images, int Correct, double Seconds)
{
    /// <summary>Correct / images.</summary>
    public double Accuracy => (double)Correct / Images;

    /// <summary>Measures over the first images of a set, in order.</summary>
    /// <param name="batches">The set; one pass a batch.</param>
    /// <param name="logits">From images [B,C,H,W] to logits [B,classes]; the result is the caller's dispose scope's.</param>
    /// <param name="images">How many images; null = all.</param>
    /// <param name="cancellation">Asked between batches.</param>
    public static ImageAccuracy Measure(ImageBatches batches, Func<Tensor, Tensor> logits, int? images = null, CancellationToken cancellation = default)
    {
        var (count, correct, clock) = (Math.Min(images ?? batches.Count, batches.Count), 0L, new Stopwatch());
        for (var start = 0; start < count; start += batches.BatchSize)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            using var noGradient = no_grad();
            using var batch = batches.InOrder(start);
            var size = Math.Min(batch.Labels.size(0), count - start);
            var (inputs, labels) = (batch.Images.narrow(0, 0, size), batch.Labels.narrow(0, 0, size));
            Devices.Synchronize(inputs.device);
            clock.Start();
            var output = logits(inputs);
            Devices.Synchronize(inputs.device);
            clock.Stop();
            correct += output.argmax(1).eq(labels).sum().item<long>();
        }

        return new(count, (int)correct, clock.Elapsed.TotalSeconds);
    }
}
