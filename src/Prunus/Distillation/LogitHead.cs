using Prunus.Native;
using TorchSharp;

namespace Prunus.Distillation;

/// <summary>An output head: logits = hidden · weightᵀ, then cap · tanh(logits / cap) where there is a soft cap.</summary>
/// <param name="Weight">[V,H], in the type of the hidden states.</param>
/// <param name="SoftCap">Soft cap of the logits (gemma2), or null.</param>
public readonly record struct LogitHead(torch.Tensor Weight, double? SoftCap = null)
{
    /// <summary>Logits [n,V] of hidden states [n,H] before the soft cap.</summary>
    internal torch.Tensor Logits(torch.Tensor hidden)
    {
        using var transposed = Weight.t();
        return hidden.matmul(transposed);
    }

    /// <summary>Applies the soft cap in place.</summary>
    internal torch.Tensor Cap(torch.Tensor logits) => SoftCap is { } cap ? Ops.MultiplyInPlace(Ops.DivideInPlace(logits, cap).tanh_(), cap) : logits;

    /// <summary>Multiplies a gradient with respect to capped logits by the cap's derivative 1 - (logit/cap)², in place.</summary>
    internal void BackThroughCap(torch.Tensor logits, torch.Tensor gradient)
    {
        if (SoftCap is { } cap)
        {
            using var ratio = Ops.DivideInPlace(logits.to(gradient.dtype, copy: true), cap);
            using var slope = Ops.Add(ratio.mul_(ratio).neg_(), 1);
            gradient.mul_(slope);
        }
    }
}
