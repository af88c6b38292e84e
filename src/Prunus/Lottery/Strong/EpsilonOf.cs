namespace Prunus.Lottery.Strong;

/// <summary>Whose weights ε is the largest error of.</summary>
public enum EpsilonOf
{
    /// <summary>The target's own: no weight or bias of the rebuilt net, in float32, is farther than ε from the target's.</summary>
    Target,

    /// <summary>Those of the divided target (<see cref="TargetScale"/>), as the theorem has it, whose nets are divided until ‖K‖₁ ≤ 1: in the target's units ε times the layer's factor, for
    /// a bias times the product of all factors so far.</summary>
    Scaled,
}
