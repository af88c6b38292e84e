namespace Prunus.Lottery.Strong.Bounds;

/// <summary>What is certain of one layer's outputs for all inputs in [0,1] of the net.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="WeightError">Largest |weight - target's weight|, biases among them, in the target's units.</param>
/// <param name="OwnError">Largest difference of this layer alone, for inputs within [0,1]; reached by some input.</param>
/// <param name="Bound">No output differs by more after all layers so far, in exact arithmetic.</param>
/// <param name="Rounded">The same between both nets as computed in a float arithmetic.</param>
public sealed record LayerBound(StrongLayer Layer, double WeightError, double OwnError, double Bound, double Rounded);
