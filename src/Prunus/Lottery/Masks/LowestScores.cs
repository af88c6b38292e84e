using System.Numerics;

namespace Prunus.Lottery.Masks;

/// <summary>Takes the lowest of many scores out of masks, in the order (score, tensor, flat index), without sorting: VGG-19 has 20 million.</summary>
internal static class LowestScores
{
    // Partitions halve what is left on average; this many mean that the pivots are unlucky, and a sort bounds the time.
    private const int MostPartitions = 96;

    /// <summary>A mask and the score of every element.</summary>
    public readonly record struct Layer<T>(string Name, Mask Mask, T[] Scores);

    /// <summary>The masks without their <paramref name="count"/> lowest survivors.</summary>
    public static Mask[] Cut<T>(IReadOnlyList<Layer<T>> pool, long count)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (count <= 0 || pool.All(l => l.Mask.Kept == 0))
        {
            return [.. pool.Select(l => l.Mask)];
        }

        var alive = Alive(pool);
        var threshold = Select(alive, (int)Math.Min(count, alive.Length) - 1);
        var ties = count - alive.LongCount(s => s < threshold);
        return Keep(pool, score =>
        {
            var goes = score < threshold || (score == threshold && ties-- > 0);
            return !goes;
        });
    }

    /// <summary>The masks of what exceeds a score.</summary>
    public static Mask[] Above<T>(IReadOnlyList<Layer<T>> pool, T threshold)
        where T : unmanaged, IFloatingPointIeee754<T> => Keep(pool, score => score > threshold);

    /// <summary>Scores of all survivors in the order of the pool.</summary>
    /// <exception cref="PrunusInputException">One is NaN.</exception>
    public static T[] Alive<T>(IReadOnlyList<Layer<T>> pool)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var alive = new T[checked((int)pool.Sum(l => (long)l.Mask.Kept))];
        var at = 0;
        foreach (var (name, mask, scores) in pool)
        {
            foreach (var index in mask.KeptIndices())
            {
                alive[at++] = T.IsNaN(scores[index])
                    ? throw new PrunusInputException($"scores of {name}", $"element {index} is NaN", "look for a training that diverged")
                    : scores[index];
            }
        }

        return alive;
    }

    /// <summary>The value of a rank, counted from 0 (Hoare's selection). Reorders the values.</summary>
    public static T Select<T>(Span<T> values, int rank)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var (low, high) = (0, values.Length - 1);
        for (var partitions = 0; low < high; partitions++)
        {
            if (partitions == MostPartitions)
            {
                values[low..(high + 1)].Sort();
                break;
            }

            var pivot = Median(values[low], values[low + ((high - low) / 2)], values[high]);
            var (i, j) = (low, high);
            while (i <= j)
            {
                while (values[i] < pivot)
                {
                    i++;
                }

                while (pivot < values[j])
                {
                    j--;
                }

                if (i <= j)
                {
                    (values[i], values[j]) = (values[j], values[i]);
                    i++;
                    j--;
                }
            }

            (low, high) = rank <= j ? (low, j) : rank >= i ? (i, high) : (rank, rank);
        }

        return values[rank];
    }

    private static T Median<T>(T a, T b, T c)
        where T : unmanaged, IFloatingPointIeee754<T> => T.Max(T.Min(a, b), T.Min(T.Max(a, b), c));

    // Each survivor is asked for once, ascending.
    private static Mask[] Keep<T>(IReadOnlyList<Layer<T>> pool, Func<T, bool> keep)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var masks = new Mask[pool.Count];
        for (var layer = 0; layer < pool.Count; layer++)
        {
            var (_, mask, scores) = pool[layer];
            var kept = new bool[mask.Count];
            foreach (var index in mask.KeptIndices())
            {
                kept[index] = keep(scores[index]);
            }

            masks[layer] = Mask.Of(mask.Shape, kept);
        }

        return masks;
    }
}
