using Prunus.Native;
using TorchSharp;

namespace Prunus.Distillation;

/// <summary>Which tokens count, and what they are compared with.</summary>
/// <param name="Labels">Label of each token [N] int64, negative (-100) = none; or null when no loss needs them.</param>
/// <param name="Mask">Tokens that count in comparisons with the teacher [N] bool; null = all.</param>
/// <param name="TokenCount">What the teacher losses are divided by; null = number of tokens in the mask. With gradient accumulation: of the whole step.</param>
/// <param name="LabelCount">What the label losses are divided by; null = number of labels. With gradient accumulation: of the whole step.</param>
public readonly record struct LogitTargets(torch.Tensor? Labels = null, torch.Tensor? Mask = null, double? TokenCount = null, double? LabelCount = null)
{
    /// <summary>Share of each of <paramref name="tokens"/> tokens in the mean [N,1] float32; on the device, nothing is fetched.</summary>
    internal torch.Tensor Shares(ILogitLoss loss, long tokens, torch.Device device)
    {
        if (!loss.NeedsLabels && Mask is null)
        {
            return Ops.Full([tokens, 1], 1.0 / (TokenCount ?? tokens), device);
        }

        using var counts = loss.NeedsLabels ? Ops.IsAtLeast(Labels!, 0) : Mask!.alias();
        var shares = counts.to(torch.ScalarType.Float32).unsqueeze_(-1);
        if ((loss.NeedsLabels ? LabelCount : TokenCount) is { } count)
        {
            return Ops.MultiplyInPlace(shares, 1.0 / count);
        }

        using var sum = Ops.AtLeast(shares.sum(), 1.0);
        return shares.div_(sum);
    }
}
