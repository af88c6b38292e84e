namespace Prunus.Lottery.Strong;

/// <summary>A weight or bias without a subset within ε.</summary>
/// <param name="Tensor">The target's tensor.</param>
/// <param name="Index">Flat index in it.</param>
/// <param name="Target">Its value, in the units of ε (<see cref="EpsilonOf"/>).</param>
/// <param name="Error">Error of the nearest subset, in the same.</param>
public sealed record UnreachedWeight(string Tensor, int Index, double Target, double Error);

/// <summary>The subsets found for a layer.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Weights">A subset for every weight, bit t = sample t; row-major.</param>
/// <param name="Biases">A subset for every bias; empty without biases.</param>
/// <param name="LargestError">Of all weights and biases, in the units of ε.</param>
/// <param name="MeanError">The same, mean.</param>
/// <param name="Unreached">Those that are farther than ε, in the order of the tensors.</param>
public sealed record CompiledLayer(
    StrongLayer Layer, IReadOnlyList<ulong> Weights, IReadOnlyList<ulong> Biases, double LargestError, double MeanError, IReadOnlyList<UnreachedWeight> Unreached);
