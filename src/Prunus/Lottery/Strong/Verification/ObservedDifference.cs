using Prunus.Lottery.Strong.Bounds;

namespace Prunus.Lottery.Strong.Verification;

/// <summary>How far both nets differed on some images.</summary>
/// <param name="Images">Which images: <c>mnist</c>, <c>random</c>, <c>ascent</c>.</param>
/// <param name="Count">How many.</param>
/// <param name="Form">How the ticket's net was computed.</param>
/// <param name="Arithmetic">What both were computed in.</param>
/// <param name="Largest">Largest difference of a logit.</param>
/// <param name="Certified">The bound; null where there is none, outside [0,1].</param>
public sealed record ObservedDifference(string Images, int Count, StrongForm Form, Arithmetic Arithmetic, double Largest, double? Certified)
{
    /// <summary>Whether the bound held.</summary>
    public bool Holds => Certified is not { } bound || Largest <= bound;
}
