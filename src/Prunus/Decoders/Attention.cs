using Prunus.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Decoders;

/// <summary>Causal attention over grouped queries: fused where the pass is plain, spelled out where scores are capped.</summary>
internal static class Attention
{
    /// <param name="q">[B,heads,T,head_dim].</param>
    /// <param name="k">[B,kv,S,head_dim], S ≥ T: the queries are the last T positions.</param>
    /// <param name="v">[B,kv,S,head_dim].</param>
    /// <param name="scale">Factor on the scores.</param>
    /// <param name="window">A token sees itself and window - 1 before it; null = all.</param>
    /// <param name="softCap">cap · tanh(score / cap); null = none.</param>
    /// <returns>[B,heads,T,head_dim].</returns>
    public static Tensor Attend(Tensor q, Tensor k, Tensor v, double scale, int? window, double? softCap)
    {
        var (queries, keys) = ((int)q.size(2), (int)k.size(2));
        var windowBites = window is { } w && w < keys;
        var grouped = q.size(1) != k.size(1);
        if (softCap is { } cap)
        {
            return Capped(q, k, v, scale, cap, Mask(queries, keys, windowBites ? window : null, q.device));
        }

        if (!windowBites && (queries == keys || queries == 1))
        {
            return Ops.ScaledDotProductAttention(q, k, v, null, causal: queries > 1, scale, grouped);
        }

        return Ops.ScaledDotProductAttention(q, k, v, Mask(queries, keys, windowBites ? window : null, q.device), causal: false, scale, grouped);
    }

    // True where a query may look: [T,S].
    private static Tensor Mask(int queries, int keys, int? window, Device device)
    {
        var query = Ops.Range(keys - queries, keys, device).unsqueeze(1);
        var key = Ops.Range(0, keys, device).unsqueeze(0);
        var mask = key <= query;
        return window is { } w ? mask.logical_and(key > Ops.Range(keys - queries - w, keys - w, device).unsqueeze(1)) : mask;
    }

    private static Tensor Capped(Tensor q, Tensor k, Tensor v, double scale, double cap, Tensor mask)
    {
        var (batch, heads, queries, dimension) = (q.size(0), q.size(1), q.size(2), q.size(3));
        var groups = k.size(1);
        var grouped = q.reshape(batch, groups, heads / groups * queries, dimension);
        var scores = Ops.Multiply(Ops.Multiply(grouped.matmul(k.transpose(2, 3)), scale / cap).tanh(), cap);
        scores = Ops.Fill(scores.view(batch, heads, queries, k.size(2)), mask.logical_not(), double.NegativeInfinity);
        var weights = scores.softmax(-1).view(batch, groups, heads / groups * queries, k.size(2));
        return weights.matmul(v).view(batch, heads, queries, dimension);
    }
}
