namespace Prunus.Recipes;

/// <summary>What a variant cuts, before the donor is known.</summary>
public sealed record CutRequest
{
    /// <summary>Share of all parameters that stays; null when widths say it.</summary>
    public double? Keep { get; init; }

    /// <summary>Axes that <see cref="Keep"/> may shrink; empty for the default.</summary>
    public IReadOnlyList<string> Axes { get; init; } = [];

    public Width? Hidden { get; init; }

    public Width? Ffn { get; init; }

    public Width? Heads { get; init; }

    public Width? Groups { get; init; }

    public Width? Layers { get; init; }

    /// <summary>Layers that go, by number, whatever their scores; empty where scores decide.</summary>
    public IReadOnlyList<int> RemoveLayers { get; init; } = [];

    /// <summary>How layers that go are chosen: an id of <see cref="Pruning.LayerRankings"/>.</summary>
    public string LayersBy { get; init; } = "bi";

    /// <summary>Id of an importance method.</summary>
    public string Importance { get; init; } = "activation";

    /// <summary>batch:sequence.</summary>
    public string Aggregation { get; init; } = "l2:mean";

    /// <summary>Whether heads that stay take in those that go.</summary>
    public Pruning.HeadMerging Merge { get; init; }

    /// <summary>Merges the output projection too.</summary>
    public bool MergeOutput { get; init; }

    /// <summary>Whether norms make up for cut channels.</summary>
    public bool RescaleNorms { get; init; }

    /// <summary>Parts of the cut, importance being measured again on what each leaves.</summary>
    public int Iterations { get; init; } = 1;

    /// <summary>Whether nothing is cut.</summary>
    public bool Nothing => this is { Keep: null, Hidden: null, Ffn: null, Heads: null, Groups: null, Layers: null, RemoveLayers.Count: 0 };
}
