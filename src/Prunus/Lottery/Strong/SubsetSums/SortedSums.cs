namespace Prunus.Lottery.Strong.SubsetSums;

/// <summary>
/// All 2^k sums of k numbers in ascending order, by merging: the sums of t+1 numbers are those of t and the same moved by number t (the halves of Horowitz and
/// Sahni 1974, JACM 21(2), without their sort). The sums of the first t numbers stay beside those of all, so that a sum tells which subset it is.
/// </summary>
internal sealed class SortedSums
{
    private double[] _sums = new double[1];
    private double[] _elements = [];

    /// <summary>Numbers.</summary>
    public int Count { get; private set; }

    /// <summary>The 2^k sums, ascending; equal sums of different subsets are all there.</summary>
    public ReadOnlySpan<double> All => Level(Count);

    /// <summary>Sums up other numbers; memory is kept.</summary>
    public void Fill(ReadOnlySpan<double> elements)
    {
        Count = elements.Length;
        if (_elements.Length < Count)
        {
            (_elements, _sums) = (new double[Count], new double[(2 << Count) - 1]);
        }

        elements.CopyTo(_elements);
        _sums[0] = 0;
        for (var t = 0; t < Count; t++)
        {
            SumMerging.Merge(Level(t), _elements[t], _sums.AsSpan(Offset(t + 1), 2 << t));
        }
    }

    /// <summary>The subset of a sum in <see cref="All"/>, of several the one with the lowest mask.</summary>
    public ulong Subset(double sum)
    {
        var mask = 0UL;
        for (var t = Count - 1; t >= 0; t--)
        {
            if (IndexOf(Level(t), sum, 0) < 0)
            {
                sum = Level(t)[IndexOf(Level(t), sum, _elements[t])];
                mask |= 1UL << t;
            }
        }

        return mask;
    }

    /// <summary>Index of an element that, moved by x, gives a sum, or -1. Rounding keeps the order, so that a search finds it in any case.</summary>
    internal static int IndexOf(ReadOnlySpan<double> sums, double sum, double x)
    {
        int low = 0, high = sums.Length;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            (low, high) = sums[middle] + x < sum ? (middle + 1, high) : (low, middle);
        }

        return low < sums.Length && sums[low] + x == sum ? low : -1;
    }

    private static int Offset(int level) => (1 << level) - 1;

    private ReadOnlySpan<double> Level(int level) => _sums.AsSpan(Offset(level), 1 << level);
}
