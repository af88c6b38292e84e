using Prunus.Decoders;

namespace Prunus.Pruning;

/// <summary>A shape for a donor, with what it costs and what stands against it. Made from the configuration alone: no weight is read.</summary>
/// <param name="Shape">Target widths.</param>
/// <param name="Result">The architecture, with the layers that stay as far as they are known (else the first ones).</param>
/// <param name="Before">The donor's costs.</param>
/// <param name="After">The costs left.</param>
/// <param name="ExportProblems">What stock transformers would refuse; empty when it loads.</param>
/// <param name="Notes">Choices that were made for the user, one line each.</param>
public sealed record PlanProposal(
    DecoderShape Shape, DecoderConfig Result, DecoderCost Before, DecoderCost After, IReadOnlyList<string> ExportProblems, IReadOnlyList<string> Notes)
{
    /// <summary>Share of all parameters that stays.</summary>
    public double Keep => (double)After.Parameters / Before.Parameters;

    /// <summary>Share of the parameters outside embedding, positions and head that stays.</summary>
    public double KeepNonEmbedding => (double)After.NonEmbedding / Before.NonEmbedding;
}
