namespace Prunus.Vision;

/// <summary>Nets whose steps follow one another.</summary>
internal static class PlainNets
{
    /// <summary>Linear layers fc1 … with ReLU between them.</summary>
    public static IReadOnlyList<VisionStep> Mlp(int classes, IReadOnlyList<int> widths) => [new Flatten("flatten"), .. Classifier(classes, widths)];

    /// <summary>Two 5×5 convolutions with max-pooling and three linear layers, as in the published weights of da Cunha et al. 2022.</summary>
    public static IReadOnlyList<VisionStep> LeNet5(int classes) =>
    [
        new Convolution("conv1", 6, Kernel: 5), new Relu("relu1"), new MaxPool("pool1"),
        new Convolution("conv2", 16, Kernel: 5), new Relu("relu2"), new MaxPool("pool2"),
        new Flatten("flatten"), .. Classifier(classes, [120, 84], firstRelu: 3),
    ];

    /// <summary>Pairs of 3×3 convolutions, each pair followed by max-pooling, and linear layers of 256, 256.</summary>
    /// <param name="classes">Number of logits.</param>
    /// <param name="first">Channels of the first pair, 64 in the paper; each pair has twice as many as the one before, the linear layers four times as many.</param>
    /// <param name="pairs">Number of pairs.</param>
    public static IReadOnlyList<VisionStep> Conv(int classes, int first, int pairs)
    {
        var steps = new List<VisionStep>();
        var layer = 0;
        for (var pair = 0; pair < pairs; pair++)
        {
            for (var i = 0; i < 2; i++)
            {
                layer++;
                steps.AddRange([new Convolution($"conv{layer}", first << pair), new Relu($"relu{layer}")]);
            }

            steps.Add(new MaxPool($"pool{pair + 1}"));
        }

        return [.. steps, new Flatten("flatten"), .. Classifier(classes, [4 * first, 4 * first], firstRelu: layer + 1)];
    }

    /// <summary>VGG-19 for small images: its linear layers give way to the mean over the map and one linear layer. Modules are numbered as in a
    /// PyTorch sequence, in which max-pools count.</summary>
    /// <param name="classes">Number of logits.</param>
    /// <param name="first">Channels of the first layers, 64 in the paper; later ones have twice, four and eight times as many.</param>
    public static IReadOnlyList<VisionStep> Vgg19(int classes, int first)
    {
        (int Width, int Count)[] groups = [(first, 2), (2 * first, 2), (4 * first, 4), (8 * first, 4), (8 * first, 4)];
        var steps = new List<VisionStep>();
        var module = 0;
        foreach (var (width, count) in groups)
        {
            if (module > 0)
            {
                steps.Add(new MaxPool($"layers.{module++}"));
            }

            for (var i = 0; i < count; i++, module++)
            {
                steps.AddRange([new Convolution($"layers.{module}.conv", width), new BatchNorm($"layers.{module}.bn"), new Relu($"layers.{module}")]);
            }
        }

        return [.. steps, new AveragePool("pool"), new Linear("fc", classes)];
    }

    private static IEnumerable<VisionStep> Classifier(int classes, IReadOnlyList<int> widths, int firstRelu = 1)
    {
        for (var i = 0; i < widths.Count; i++)
        {
            yield return new Linear($"fc{i + 1}", widths[i]);
            yield return new Relu($"relu{firstRelu + i}");
        }

        yield return new Linear($"fc{widths.Count + 1}", classes);
    }
}
