using Prunus.Lottery;
using Prunus.Vision;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Tests.Lottery;

/// <summary>
/// The small nets of goldens/lottery, as large as their own tensors say: linear layers with ReLU between; or convolutions, the first of stride 1 and the others of stride 2, each with
/// ReLU and perhaps a normalisation before it, then a mean or a pooling, and linear layers.
/// </summary>
internal static class GoldenNets
{
    /// <summary>Layers in the order of the pass: convolutions first, then by number.</summary>
    public static string[] InOrder(IEnumerable<string> layers) =>
        [.. layers.Distinct().OrderBy(l => l.StartsWith("conv", StringComparison.Ordinal) ? 0 : 1).ThenBy(l => int.TryParse(Number(l), out var number) ? number : 0)];

    /// <summary>Tensors that are named after their layers, as masks see them; the last layer gives the logits.</summary>
    public static IReadOnlyList<TicketTensor> Tensors(LotteryGolden golden, string prefix)
    {
        var layers = InOrder(golden.Under(prefix));
        return [.. layers.Select(l => Tensor(l, golden.Shape(prefix + l), l == layers[^1]))];
    }

    public static TicketTensor Tensor(string name, IReadOnlyList<long> shape, bool isOutput = false) =>
        new(name, shape, shape.Count == 4 ? TicketTensorKind.Convolution : TicketTensorKind.Linear, IsPrunable: true, isOutput);

    /// <summary>The net whose tensors have a prefix.</summary>
    /// <param name="golden">Has them as <c>fc1.weight</c> or <c>bn1.running_mean</c> behind the prefix.</param>
    /// <param name="prefix">Before each name.</param>
    /// <param name="images">Name of inputs, for the size of images.</param>
    public static VisionConfig Config(LotteryGolden golden, string prefix, string images)
    {
        string[] weights = [.. golden.Under(prefix).Where(n => n.Split('.') is [_, "weight"])];
        return Config(
            weights.Where(w => golden.Shape(prefix + w).Count > 1).ToDictionary(w => w.Split('.')[0], w => golden.Shape(prefix + w)), golden.Shape(images),
            norms: weights.Any(w => golden.Shape(prefix + w).Count == 1));
    }

    /// <param name="weights">Shapes by layer.</param>
    /// <param name="images">Shape of inputs, […, C, H, W] or […, features].</param>
    /// <param name="norms">Whether convolutions are normalised.</param>
    /// <param name="pooled">Whether maps go through a 2×2 maximum into linear layers of their pixels, and not through a mean.</param>
    public static VisionConfig Config(IReadOnlyDictionary<string, IReadOnlyList<long>> weights, IReadOnlyList<long> images, bool norms, bool pooled = false)
    {
        var layers = InOrder(weights.Keys);
        string[] convolutions = [.. layers.Where(l => l.StartsWith("conv", StringComparison.Ordinal))];
        var steps = new List<VisionStep>();
        foreach (var layer in convolutions)
        {
            steps.Add(new Convolution(layer, (int)weights[layer][0], (int)weights[layer][2], layer == convolutions[0] ? 1 : 2, Bias: false));
            steps.AddRange(norms ? [new BatchNorm("bn" + Number(layer))] : []);
            steps.Add(new Relu($"{layer}.relu"));
        }

        steps.AddRange(convolutions.Length == 0 ? [new Flatten("flatten")] : pooled ? [new MaxPool("pool"), new Flatten("flatten")] : [new AveragePool("pool")]);
        steps.AddRange(layers.Except(convolutions).SelectMany(l => (VisionStep[])[new Linear(l, (int)weights[l][0]), new Relu($"{l}.relu")]).SkipLast(1));
        var input = convolutions.Length == 0 ? new MapShape((int)weights[layers[0]][1], 1, 1) : new MapShape((int)images[^3], (int)images[^2], (int)images[^1]);
        return new("golden", input, (int)weights[layers[^1]][0], steps);
    }

    /// <summary>A net of given tensors.</summary>
    public static VisionTicketNet Net(VisionConfig config, Func<VisionParameter, Tensor> tensor)
    {
        using var scope = NewDisposeScope();
        return new(new VisionNet(config, config.Tensors().ToDictionary(t => t.Name, tensor)));
    }

    /// <summary>Inputs as the net takes them, [N, C, H, W].</summary>
    public static Tensor Images(VisionConfig config, Tensor inputs) => inputs.reshape(-1, config.Input.Channels, config.Input.Height, config.Input.Width);

    private static string Number(string layer) => string.Concat(layer.Where(char.IsAsciiDigit));
}
