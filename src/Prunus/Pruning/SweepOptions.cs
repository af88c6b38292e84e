namespace Prunus.Pruning;

/// <summary>What a calibration sweep collects.</summary>
public sealed record SweepOptions
{
    /// <summary>Default: what planning needs, one reading per axis.</summary>
    public IReadOnlyList<Reading> Readings { get; init; } = Reading.ForPlanning;

    /// <summary>Default: <c>l2:mean</c>.</summary>
    public IReadOnlyList<Aggregation> Aggregations { get; init; } = [Aggregation.Default];

    /// <summary>Larger batches are run in parts of about this many tokens; no score depends on it. Default 8192 on a GPU, which wants large products,
    /// and 2048 on a CPU, whose products gain nothing beyond while memory grows.</summary>
    public int? TokensPerPass { get; init; }

    /// <summary>Sequences of a pass.</summary>
    internal long SequencesPerPass(long length, bool onCpu) => Math.Max(1, (TokensPerPass ?? (onCpu ? 2048 : 8192)) / Math.Max(1, length));
}
