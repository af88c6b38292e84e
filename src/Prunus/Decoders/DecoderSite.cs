using TorchSharp;

namespace Prunus.Decoders;

/// <summary>A place in the forward pass where a value can be looked at or replaced. B, T: batch, tokens.</summary>
public enum DecoderSite
{
    /// <summary>Embedding output, scaled, with learned positions: input of layer 0 [B,T,hidden].</summary>
    Embedding,

    /// <summary>Output of the norm before attention [B,T,hidden].</summary>
    NormAttentionIn,

    /// <summary>Queries as projected, bias included, before any norm of theirs and before rotation [B,T,heads·head_dim].</summary>
    Query,

    /// <summary>Keys likewise [B,T,kv·head_dim].</summary>
    Key,

    /// <summary>Values as projected [B,T,kv·head_dim].</summary>
    Value,

    /// <summary>Input of the attention output projection: all query heads side by side [B,T,heads·head_dim].</summary>
    AttentionHeads,

    /// <summary>Output of the attention output projection: what is added to the residual stream, or enters the norm after attention [B,T,hidden].</summary>
    AttentionOutput,

    /// <summary>Output of the norm after attention (gemma2, gemma3) [B,T,hidden].</summary>
    NormAttentionPost,

    /// <summary>Residual stream between attention and MLP; what the norm before the MLP reads, unless blocks are parallel [B,T,hidden].</summary>
    ResidualAfterAttention,

    /// <summary>Output of the norm before the MLP [B,T,hidden].</summary>
    NormMlpIn,

    /// <summary>Up (c_fc) projection before the activation, bias included [B,T,ffn].</summary>
    FfnUp,

    /// <summary>Gate projection before the activation [B,T,ffn]; gated MLPs only.</summary>
    FfnGate,

    /// <summary>Input of the down projection [B,T,ffn].</summary>
    FfnActivation,

    /// <summary>Output of the down projection: what is added to the residual stream, or enters the norm after the MLP [B,T,hidden].</summary>
    MlpOutput,

    /// <summary>Output of the norm after the MLP (gemma2, gemma3) [B,T,hidden].</summary>
    NormMlpPost,

    /// <summary>Output of the layer: the residual stream after it [B,T,hidden].</summary>
    LayerOutput,

    /// <summary>Output of the final norm [B,T,hidden].</summary>
    NormFinal,
}

/// <summary>Sees every value of a forward pass and may replace it.</summary>
/// <param name="site">The place.</param>
/// <param name="layer">Layer index; -1 outside the layers.</param>
/// <param name="value">The value there; owned by the pass, which frees it: keep an alias or a copy to hold on to it.</param>
/// <returns>The same tensor to leave the pass as it is, or another one of the same shape to go on with.</returns>
public delegate torch.Tensor DecoderVisitor(DecoderSite site, int layer, torch.Tensor value);
