using Prunus.Lottery;
using Prunus.Vision;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Tests.Lottery.Masks;

/// <summary>The nets whose saliencies the reference has.</summary>
internal static class SaliencyNets
{
    private static readonly VisionConfig
        Mlp = new("mlp", new(10, 1, 1), 4, [new Flatten("flatten"), new Linear("fc1", 14), new Relu("relu1"), new Linear("fc2", 8), new Relu("relu2"), new Linear("fc3", 4)]),
        Conv = new("conv", new(2, 8, 8), 4,
        [
            new Convolution("conv1", 5, Bias: false), new BatchNorm("bn1"), new Relu("relu1"), new Convolution("conv2", 7, Stride: 2, Bias: false), new BatchNorm("bn2"),
            new Relu("relu2"), new AveragePool("pool"), new Linear("fc", 4),
        ]);

    /// <summary>A net of the reference's id: mlp_nobias and conv_no_shift have zeros for what they lack.</summary>
    public static VisionTicketNet Net(MaskGoldens golden, string id)
    {
        var kind = id.StartsWith("mlp", StringComparison.Ordinal) ? "mlp" : "conv";
        var config = kind == "mlp" ? Mlp : Conv;
        return new(new VisionNet(config, config.Tensors().ToDictionary(t => t.Name, t =>
        {
            var values = golden.Floats($"{kind}.{t.Name}");
            var lacks = id switch
            {
                "mlp_nobias" => t.Role is VisionRole.Bias,
                "conv_no_shift" => t.Role is VisionRole.Bias or VisionRole.NormShift or VisionRole.RunningMean,
                _ => false,
            };
            return tensor(lacks ? new float[values.Length] : values, [.. t.Shape]);
        })));
    }

    public static (Tensor Inputs, Tensor Labels) Batch(MaskGoldens golden, VisionTicketNet net)
    {
        var (channels, height, width) = net.Net.Config.Input;
        var kind = net.Net.Config.Id;
        var labels = golden.Integers($"{kind}.y");
        return (tensor(golden.Floats($"{kind}.x"), [labels.Length, channels, height, width]), tensor(Array.ConvertAll(labels, l => (long)l)));
    }
}
