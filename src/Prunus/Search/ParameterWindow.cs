using Prunus.Decoders;

namespace Prunus.Search;

/// <summary>How many parameters a candidate may have.</summary>
/// <param name="Low">Least.</param>
/// <param name="High">Most.</param>
/// <param name="NonEmbedding">Counts parameters outside embedding, positions and output head only. Default false: Muralidharan et al. 2024 count all.</param>
public sealed record ParameterWindow(long Low, long High, bool NonEmbedding = false)
{
    /// <summary>The size asked for.</summary>
    public long Middle => Low + ((High - Low) / 2);

    /// <summary>The window of a budget.</summary>
    /// <param name="budget">Parameters.</param>
    /// <param name="tolerance">Share that a candidate may be off, in [0, 1).</param>
    /// <param name="nonEmbedding">As the property.</param>
    public static ParameterWindow Around(long budget, double tolerance, bool nonEmbedding = false) =>
        new((long)Math.Ceiling(budget * (1 - tolerance)), (long)Math.Floor(budget * (1 + tolerance)), nonEmbedding);

    /// <summary>What of a cost the window looks at.</summary>
    public long Of(DecoderCost cost) => NonEmbedding ? cost.NonEmbedding : cost.Parameters;

    public bool Holds(long parameters) => parameters >= Low && parameters <= High;
}
