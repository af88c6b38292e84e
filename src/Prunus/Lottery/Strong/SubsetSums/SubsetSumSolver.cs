using System.Numerics;

namespace Prunus.Lottery.Strong.SubsetSums;

/// <summary>
/// Subset sums by meeting in the middle (Horowitz and Sahni 1974, JACM 21(2)): the sums of both halves of a sample in ascending order, one walked up and the other down.
/// Exact: O(2^(n/2)) in time and memory. One sample may be solved for many targets. Not for use by several threads at once: give each its own.
/// </summary>
public sealed class SubsetSumSolver
{
    /// <summary>Most elements of a sample that are not 0.</summary>
    public const int MostElements = 40;

    /// <summary>Most elements of a sample in all: bits of a mask.</summary>
    public const int LongestSample = 64;

    private static readonly SubsetSum Nothing = new(ulong.MaxValue, double.PositiveInfinity);

    private readonly SortedSums _low = new(), _high = new();
    private readonly CountedSums _lowCounted = new(), _highCounted = new();
    private readonly double[] _elements = new double[LongestSample];
    private readonly int[] _places = new int[LongestSample];
    private readonly double[] _loaded = new double[LongestSample];
    private int _count, _length = -1, _most;
    private bool _sorted, _counted;

    /// <summary>Takes a sample. Zeros are left out of every subset. What was made of the same sample before stays.</summary>
    /// <param name="sample">At most <see cref="LongestSample"/> finite numbers.</param>
    /// <param name="most">How many of what is not zero are used: the first ones, at most <see cref="MostElements"/>.</param>
    public void Load(ReadOnlySpan<double> sample, int most = MostElements)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sample.Length, LongestSample, nameof(sample));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(most, MostElements);
        if (most == _most && sample.Length == _length && sample.SequenceEqual(_loaded.AsSpan(0, _length)))
        {
            return;
        }

        (_count, _sorted, _counted, _length, _most) = (0, false, false, -1, most);
        for (var i = 0; i < sample.Length && _count < most; i++)
        {
            if (sample[i] != 0)
            {
                _elements[_count] = double.IsFinite(sample[i]) ? sample[i] : throw new ArgumentException($"element {i} is {sample[i]}", nameof(sample));
                _places[_count++] = i;
            }
        }

        sample.CopyTo(_loaded);
        _length = sample.Length;
    }

    /// <summary>The subset whose sum is nearest to the target; of equally near ones that with the lowest mask.</summary>
    public SubsetSum Best(double target)
    {
        Sort();
        var pairs = new NearestPairs(_low.All, _high.All, target, double.PositiveInfinity, any: false);
        pairs.Search();
        var mask = ulong.MaxValue;
        foreach (var (low, high) in pairs.Found)
        {
            mask = Math.Min(mask, MaskOf(low, high));
        }

        return new(Placed(mask), pairs.Error);
    }

    /// <summary>Some subset whose sum is within the tolerance, the first one found; null where there is none.</summary>
    public SubsetSum? Within(double target, double tolerance)
    {
        Sort();
        var pairs = new NearestPairs(_low.All, _high.All, target, tolerance, any: true);
        pairs.Search();
        return pairs.Found is [var (low, high)] ? new(Placed(MaskOf(low, high)), pairs.Error) : null;
    }

    /// <summary>The subset with the fewest elements whose sum is within the tolerance; of those the nearest, then that with the lowest mask. Null where there is none.</summary>
    public SubsetSum? Smallest(double target, double tolerance)
    {
        Count();
        for (var size = 0; size <= _count; size++)
        {
            var found = OfSize(target, size, Nothing);
            if (found.Error <= tolerance)
            {
                return found with { Mask = Placed(found.Mask) };
            }
        }

        return null;
    }

    /// <summary>The subset of at most so many elements whose sum is nearest to the target; of equally near ones that with the lowest mask.</summary>
    public SubsetSum Nearest(double target, int most)
    {
        Count();
        var found = Nothing;
        for (var size = 0; size <= Math.Min(most, _count); size++)
        {
            found = OfSize(target, size, found);
        }

        return found with { Mask = Placed(found.Mask) };
    }

    private SubsetSum OfSize(double target, int size, SubsetSum found)
    {
        for (var below = Math.Max(0, size - _highCounted.Count); below <= Math.Min(size, _lowCounted.Count); below++)
        {
            found = Nearest(target, below, size - below, found);
        }

        return found;
    }

    // Better than what was found, or as near with a lower mask. Masks are those of elements that are not 0.
    private SubsetSum Nearest(double target, int below, int above, SubsetSum found)
    {
        var pairs = new NearestPairs(_lowCounted.Of(below), _highCounted.Of(above), target, found.Error, any: false);
        pairs.Search();
        foreach (var (low, high) in pairs.Found)
        {
            var mask = _lowCounted.Subset(low, below) | (_highCounted.Subset(high, above) << _lowCounted.Count);
            found = pairs.Error < found.Error || mask < found.Mask ? new(mask, pairs.Error) : found;
        }

        return found;
    }

    private void Count()
    {
        if (!_counted)
        {
            _lowCounted.Fill(_elements.AsSpan(0, _count / 2));
            _highCounted.Fill(_elements.AsSpan(_count / 2, _count - _count / 2));
            _counted = true;
        }
    }

    private void Sort()
    {
        if (!_sorted)
        {
            _low.Fill(_elements.AsSpan(0, _count / 2));
            _high.Fill(_elements.AsSpan(_count / 2, _count - _count / 2));
            _sorted = true;
        }
    }

    private ulong MaskOf(double low, double high) => _low.Subset(low) | (_high.Subset(high) << _low.Count);

    // From bits of elements that are not 0 to bits of the sample. Keeps the order of masks.
    private ulong Placed(ulong mask)
    {
        var placed = 0UL;
        for (; mask != 0; mask &= mask - 1)
        {
            placed |= 1UL << _places[BitOperations.TrailingZeroCount(mask)];
        }

        return placed;
    }
}
