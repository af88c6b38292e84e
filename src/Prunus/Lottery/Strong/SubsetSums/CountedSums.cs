namespace Prunus.Lottery.Strong.SubsetSums;

/// <summary>All sums of k numbers, apart by how many numbers are in them, each part in ascending order: as <see cref="SortedSums"/>, where the sums of c numbers out of t+1 are those of
/// c out of t, and those of c-1 moved by number t.</summary>
internal sealed class CountedSums
{
    private readonly List<double[][]> _levels = [[[0.0]]];
    private double[] _elements = [];

    /// <summary>Numbers.</summary>
    public int Count { get; private set; }

    public void Fill(ReadOnlySpan<double> elements)
    {
        (Count, _elements) = (elements.Length, elements.ToArray());
        for (var t = 0; t < Count; t++)
        {
            if (_levels.Count == t + 1)
            {
                _levels.Add([.. Enumerable.Range(0, t + 2).Select(c => new double[(c <= t ? _levels[t][c].Length : 0) + (c > 0 ? _levels[t][c - 1].Length : 0)])]);
            }

            for (var c = 0; c <= t + 1; c++)
            {
                Merge(c <= t ? _levels[t][c] : [], c > 0 ? _levels[t][c - 1] : [], _elements[t], _levels[t + 1][c]);
            }
        }
    }

    /// <summary>The sums of so many numbers, ascending.</summary>
    public ReadOnlySpan<double> Of(int count) => _levels[Count][count];

    /// <summary>The subset of a sum in <see cref="Of"/>, of several the one with the lowest mask.</summary>
    public ulong Subset(double sum, int count)
    {
        var mask = 0UL;
        for (var t = Count - 1; t >= 0; t--)
        {
            if (count > t || SortedSums.IndexOf(_levels[t][count], sum, 0) < 0)
            {
                sum = _levels[t][--count][SortedSums.IndexOf(_levels[t][count], sum, _elements[t])];
                mask |= 1UL << t;
            }
        }

        return mask;
    }

    private static void Merge(double[] left, double[] right, double x, double[] merged)
    {
        for (int i = 0, j = 0; i + j < merged.Length;)
        {
            merged[i + j] = j == right.Length || (i < left.Length && left[i] <= right[j] + x) ? left[i++] : right[j++] + x;
        }
    }
}
