using Prunus.Decoders;
using Prunus.Lottery.Masks;

namespace Prunus.Lottery.Kinds;

/// <summary>A way to have fewer weights.</summary>
/// <param name="Name">Unique in its experiment.</param>
public abstract record SparsityKind(string Name)
{
    /// <summary>Nothing goes: what the others are compared with.</summary>
    public sealed record Dense(string Name) : SparsityKind(Name);

    /// <summary>Single weights go: the smallest of each matrix.</summary>
    /// <param name="Name">Name.</param>
    /// <param name="Sparsity">Share that goes, 0 to 1.</param>
    public sealed record Unstructured(string Name, double Sparsity) : SparsityKind(Name);

    /// <summary>Of each group of consecutive weights the largest few stay.</summary>
    /// <param name="Name">Name.</param>
    /// <param name="Pattern">N:M.</param>
    public sealed record Patterned(string Name, NmPattern Pattern) : SparsityKind(Name);

    /// <summary>Whole units go: a smaller dense net.</summary>
    /// <param name="Name">Name.</param>
    /// <param name="Keep">Share of the prunable weights that stays, as nearly as whole units allow.</param>
    /// <param name="Axes">Which units of a decoder; all by about one factor. No matter to image nets, all of whose hidden layers get narrower.</param>
    public sealed record Structured(string Name, double Keep, IReadOnlyList<Axis> Axes) : SparsityKind(Name);

    /// <summary>Whether what is left is masks on the same net.</summary>
    public bool IsMasked => this is Unstructured or Patterned;
}
