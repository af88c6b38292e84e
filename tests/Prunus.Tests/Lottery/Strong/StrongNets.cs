using Prunus.Lottery.Strong;
using Prunus.Native;
using Prunus.Randomness;
using Prunus.Vision;
using static TorchSharp.torch;

namespace Prunus.Tests.Lottery.Strong;

/// <summary>A small net to be found in random ones.</summary>
internal static class StrongNets
{
    // Stride, padding, pooling, biases; small enough for 10^5 images in seconds.
    public static readonly VisionConfig Small = new("small", new MapShape(2, 6, 6), 3,
    [
        new Convolution("conv1", 3), new Relu("relu1"), new MaxPool("pool1"), new Convolution("conv2", 4, Stride: 2, Bias: false), new Relu("relu2"),
        new Flatten("flatten"), new Linear("fc1", 5), new Relu("relu3"), new Linear("fc2", 3),
    ]);

    // Biases start at 0: given values, so that they are approximated too.
    public static VisionNet Target(VisionConfig? config = null)
    {
        var net = VisionNet.Initialise(config ?? Small, VisionInitialisations.Named("kaiming-normal"), 1, CPU);
        foreach (var (name, values) in net.Parameters.Where(p => p.Key.EndsWith("bias", StringComparison.Ordinal)))
        {
            new Philox4x32(2, (ulong)name.Length).FillNormal(0, TensorMemory.Span<float>(values), 0, 0.2);
        }

        return net;
    }

    public static StrongCompilation Compiled(VisionConfig config, IReadOnlyDictionary<string, double[]> weights, StrongOptions options) =>
        StrongCompiler.Compile(config, weights, options, cancellation: TestContext.Current.CancellationToken);
}
