namespace Prunus.Vision;

/// <summary>Residual nets for small images (He et al. 2016, arXiv 1512.03385, section 4.2).</summary>
internal static class ResidualNets
{
    /// <summary>A convolution, three stages of blocks with 16, 32 and 64 channels (or multiples of another number), the mean over the map and one linear layer. The first block of stages 2 and 3
    /// halves the map. Layers with weights: 6 · blocks + 2.</summary>
    /// <param name="classes">Number of logits.</param>
    /// <param name="blocks">Blocks of a stage.</param>
    /// <param name="first">Channels of the first stage, 16 in the paper.</param>
    public static IReadOnlyList<VisionStep> Cifar(int classes, int blocks, int first)
    {
        var widest = 4 * first;
        var steps = new List<VisionStep> { OnStream("conv1", first, widest), new BatchNorm("bn1"), new Relu("relu1") };
        for (var stage = 1; stage <= 3; stage++)
        {
            for (var i = 0; i < blocks; i++)
            {
                steps.Add(Block($"layer{stage}.{i}", first << (stage - 1), widest, stage > 1 && i == 0 ? 2 : 1));
            }
        }

        return [.. steps, new AveragePool("pool"), new Linear("linear", classes)];
    }

    private static Residual Block(string name, int channels, int widest, int stride) => new(name,
    [
        new Convolution($"{name}.conv1", channels, Stride: stride, Bias: false), new BatchNorm($"{name}.bn1"), new Relu($"{name}.relu1"),
        OnStream($"{name}.conv2", channels, widest), new BatchNorm($"{name}.bn2"),
    ]);

    // Shortcuts put the channels of a narrower stage into the middle of the wider one.
    private static Convolution OnStream(string name, int channels, int widest) =>
        new(name, channels, Bias: false) { Output = new("stream", Offset: (widest - channels) / 2) };
}
