namespace Prunus.Decoders;

/// <summary>How a family stores one or several of our matrices in one tensor.</summary>
public enum WeightLayout
{
    /// <summary>As ours: [out, in].</summary>
    Plain,

    /// <summary>Several matrices stacked by rows: [sum of out, in] (phi3's qkv_proj, gate_up_proj).</summary>
    StackedRows,

    /// <summary>Transposed, several side by side: [in, sum of out] (gpt2's Conv1D).</summary>
    Transposed,

    /// <summary>Rows go head by head, in each head q, k, v: [heads · 3 · head_dim, in] (gpt_neox).</summary>
    InterleavedByHead,
}

/// <summary>A module as a family names it and the modules of ours that it holds; <c>{i}</c> stands for the layer, <c>.weight</c> and <c>.bias</c> are appended.</summary>
/// <param name="Stored">Name in the checkpoint.</param>
/// <param name="Layout">How the parts are stored.</param>
/// <param name="Parts">Canonical modules, in stored order.</param>
public sealed record WeightNames(string Stored, WeightLayout Layout, params string[] Parts)
{
    public WeightNames(string stored, string part)
        : this(stored, WeightLayout.Plain, part)
    {
    }
}
