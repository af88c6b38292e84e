using TorchSharp;

namespace Prunus.Native;

/// <content>Convolutions that are right on every processor.</content>
public static partial class Ops
{
    // Of images: oneDNN takes so few channels as they are. Only a gradient for the images would have it fill up the weights along that dimension.
    private const int FewChannels = 3;

    /// <summary>Convolution of maps; where <see cref="OneDnn.FillsChannelsWrongly"/>, with channels filled up to a multiple of 16 beforehand.</summary>
    /// <param name="x">[N,groups·in,H,W].</param>
    /// <param name="weight">[groups·out,in,h,w].</param>
    /// <param name="bias">[groups·out] or null.</param>
    /// <param name="stride">Step along both dimensions.</param>
    /// <param name="padding">Zeros on all sides.</param>
    /// <param name="groups">Parts of the channels that know nothing of each other. Weights of several groups are always filled up rightly.</param>
    /// <returns>[N,groups·out,H',W'] in the caller's dispose scope.</returns>
    public static torch.Tensor Convolve(torch.Tensor x, torch.Tensor weight, torch.Tensor? bias, long stride = 1, long padding = 0, long groups = 1) =>
        OneDnn.FillsChannelsWrongly && groups == 1 && x.device_type == DeviceType.CPU && x.dtype != torch.ScalarType.Float64
            ? ConvolveFilledUp(x, weight, bias, stride, padding)
            : torch.nn.functional.conv2d(x, weight, bias, [stride, stride], [padding, padding], groups: groups);

    /// <summary>The same values with those of a pixel's channels beside each other in memory. A GPU's convolutions, poolings and normalisations of such maps give such maps, in less time.</summary>
    /// <param name="maps">[N,C,H,W].</param>
    public static torch.Tensor ChannelsLast(torch.Tensor maps) => OpsScript.Tensor("channels_last", maps);

    /// <summary><see cref="Convolve"/> of one group with channels of zeros behind its own; nothing of them is left in the result or in gradients.</summary>
    internal static torch.Tensor ConvolveFilledUp(torch.Tensor x, torch.Tensor weight, torch.Tensor? bias, long stride, long padding)
    {
        using var scope = torch.NewDisposeScope();
        var (outputs, inputs) = (Missing(weight.size(0)), weight.size(1) <= FewChannels && !x.requires_grad ? 0 : Missing(weight.size(1)));
        var y = torch.nn.functional.conv2d(
            inputs == 0 ? x : torch.nn.functional.pad(x, [0, 0, 0, 0, 0, inputs]),
            inputs + outputs == 0 ? weight : torch.nn.functional.pad(weight, [0, 0, 0, 0, 0, inputs, 0, outputs]),
            bias is null || outputs == 0 ? bias : torch.nn.functional.pad(bias, [0, outputs]),
            [stride, stride], [padding, padding]);
        return (outputs == 0 ? y : y.narrow(1, 0, weight.size(0))).MoveToOuterDisposeScope();

        static long Missing(long channels) => (OneDnn.ChannelBlock - (channels % OneDnn.ChannelBlock)) % OneDnn.ChannelBlock;
    }
}
