using Prunus.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Lottery.Masks;

/// <summary>N:M masks on the device of the weights, equal to those of <see cref="NmPattern.Of"/> in the layout <see cref="NmLayout.InputChannels"/>.</summary>
public static class NmTensors
{
    /// <summary>1 for the N highest magnitudes of each M consecutive input channels, else 0; of equal ones the later are kept, a short last group of r keeps min(N, r).</summary>
    /// <param name="weight">[out, in] or [out, in, kh, kw]; with leading dimensions before.</param>
    /// <param name="pattern">N:M.</param>
    /// <param name="leading">Dimensions before: 1 for a stack.</param>
    /// <returns>Of the weight's shape and type, in the caller's dispose scope.</returns>
    public static Tensor Kept(Tensor weight, NmPattern pattern, int leading = 0)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var inputs = weight.dim() > leading + 1 ? leading + 1 : throw new ArgumentException("a pattern is of weights [out, in, …]", nameof(weight));
        var (moved, m) = (weight.detach().abs().movedim([inputs], [-1]), pattern.Group);
        var missing = (m - (moved.size(-1) % m)) % m;

        // Below any magnitude: what fills up a short group is never among its highest.
        var filled = missing == 0 ? moved : nn.functional.pad(moved, [0, missing], value: -1);
        var groups = filled.reshape([.. moved.shape[..^1], -1, m]);

        // An entry's rank is the number of those that go behind it.
        var (own, other) = (groups.unsqueeze(-1), groups.unsqueeze(-2));
        var later = Ops.Range(0, m, weight.device);
        var ahead = (other > own).logical_or((other == own).logical_and(later.unsqueeze(0) > later.unsqueeze(-1))).sum(-1);
        var kept = (ahead < Ops.FullLike(ahead, (long)pattern.Kept)).reshape(filled.shape).narrow(-1, 0, moved.size(-1));
        return kept.movedim([-1], [inputs]).to(weight.dtype).contiguous().MoveToOuterDisposeScope();
    }
}
