using Prunus.Lottery.Strong.SubsetSums;

namespace Prunus.Lottery.Strong;

/// <summary>Finds subsets as <see cref="StrongOptions.Choice"/> says; for one thread.</summary>
/// <param name="choice">Which subset.</param>
/// <param name="searched">Numbers other than 0 that are searched first.</param>
internal sealed class SubsetSearch(SubsetChoice choice, int searched)
{
    private const int Fewest = 8, More = 4;
    private readonly SubsetSumSolver _solver = new();

    /// <summary>A subset of the sample within the tolerance of the target, or the nearest where there is none.</summary>
    public SubsetSum Find(ReadOnlySpan<double> sample, double target, double tolerance) => choice switch
    {
        SubsetChoice.Any => Any(sample, target, tolerance),
        SubsetChoice.Smallest => Loaded(sample).Smallest(target, tolerance) ?? _solver.Best(target),
        _ => Best(sample, target, tolerance),
    };

    private SubsetSum Best(ReadOnlySpan<double> sample, double target, double tolerance)
    {
        _solver.Load(sample, searched);
        var best = _solver.Best(target);
        return best.Error <= tolerance ? best : Loaded(sample).Best(target);
    }

    // Four elements more cost four times as much: few first.
    private SubsetSum Any(ReadOnlySpan<double> sample, double target, double tolerance)
    {
        for (var n = Fewest; n < sample.Length; n += More)
        {
            if (Loaded(sample[..n]).Within(target, tolerance) is { } found)
            {
                return found;
            }
        }

        return Loaded(sample).Within(target, tolerance) ?? _solver.Best(target);
    }

    private SubsetSumSolver Loaded(ReadOnlySpan<double> sample)
    {
        _solver.Load(sample);
        return _solver;
    }
}
