namespace Prunus.Decoders;

/// <summary>A prunable dimension of a decoder.</summary>
public enum Axis
{
    /// <summary>Channels of the residual stream (the embedding width); one index set for the whole network.</summary>
    Hidden,

    /// <summary>Neurons of a layer's MLP; an index set per layer.</summary>
    Ffn,

    /// <summary>Query heads of a layer; an index set per layer, the same number in every kv group.</summary>
    QueryHeads,

    /// <summary>Key-value heads of a layer with the query heads that share them; an index set per layer.</summary>
    KvGroups,

    /// <summary>Whole blocks.</summary>
    Layers,

    /// <summary>Rows of the embedding and of the output head.</summary>
    Vocab,
}
