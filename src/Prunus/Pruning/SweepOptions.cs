namespace Prunus.Pruning;

/// <summary>What a calibration sweep collects.</summary>
public sealed record SweepOptions
{
    /// <summary>Default: what planning needs, one reading per axis.</summary>
    public IReadOnlyList<Reading> Readings { get; init; } = Reading.ForPlanning;

    /// <summary>Default: <c>l2:mean</c>.</summary>
    public IReadOnlyList<Aggregation> Aggregations { get; init; } = [Aggregation.Default];

    /// <summary>Larger batches are run in parts of about this many tokens; no score depends on it. Default 8192.</summary>
    public int TokensPerPass { get; init; } = 8192;
}
