using Prunus.Lottery.Strong.SubsetSums;

namespace Prunus.Lottery.Strong;

/// <summary>Finds subsets as <see cref="StrongOptions.Choice"/> says; for one thread.</summary>
/// <param name="options">Choice, ε, and how much is searched.</param>
/// <param name="searched">Numbers other than 0 that are searched first.</param>
internal sealed class SubsetSearch(StrongOptions options, int searched)
{
    private const int Fewest = 8, More = 4;
    private readonly SubsetSumSolver _solver = new();

    /// <summary>A subset of the sample within ε of the target, or the nearest where there is none.</summary>
    public SubsetSum Find(ReadOnlySpan<double> sample, double target) => options.Choice switch
    {
        SubsetChoice.Any => Any(sample, target),
        SubsetChoice.Smallest => Loaded(sample).Smallest(target, options.Epsilon) ?? _solver.Best(target),
        _ => Best(sample, target),
    };

    private SubsetSum Best(ReadOnlySpan<double> sample, double target)
    {
        _solver.Load(sample, searched);
        var best = _solver.Best(target);
        return best.Error <= options.Epsilon ? best : Loaded(sample).Best(target);
    }

    // Four elements more cost four times as much: few first.
    private SubsetSum Any(ReadOnlySpan<double> sample, double target)
    {
        for (var n = Fewest; n < sample.Length; n += More)
        {
            if (Loaded(sample[..n]).Within(target, options.Epsilon) is { } found)
            {
                return found;
            }
        }

        return Loaded(sample).Within(target, options.Epsilon) ?? _solver.Best(target);
    }

    private SubsetSumSolver Loaded(ReadOnlySpan<double> sample)
    {
        _solver.Load(sample);
        return _solver;
    }
}
