namespace Prunus.Runs;

/// <summary>Where a long job stands. Reported often; a view decides what to show.</summary>
/// <param name="Stage">Stage of the run: <c>score</c>, <c>distill</c> …</param>
/// <param name="Step">Steps done.</param>
/// <param name="Total">Steps in all; 0 when unknown.</param>
/// <param name="TokensPerSecond">Throughput, or null.</param>
/// <param name="Loss">Latest loss in nats per token, or null.</param>
/// <param name="MemoryBytes">Memory in use, or null.</param>
public readonly record struct ProgressUpdate(
    string Stage, long Step, long Total, double? TokensPerSecond = null, double? Loss = null, long? MemoryBytes = null);
