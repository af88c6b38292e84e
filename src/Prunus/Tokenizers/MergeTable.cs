namespace Prunus.Tokenizers;

/// <summary>
/// The merges of a byte-pair encoding and the algorithm that applies them: always the pair of lowest rank, the leftmost of equal ones
/// (Sennrich et al. 2016, section 3.2), with a heap over a linked list, so n symbols cost O(n log n).
/// </summary>
internal sealed class MergeTable
{
    private readonly Dictionary<ulong, (int Rank, int Id)> _merges;

    /// <param name="capacity">Expected number of merges.</param>
    public MergeTable(int capacity) => _merges = new(capacity);

    /// <summary>Adds a merge; a pair given again takes the later rank.</summary>
    public void Add(int left, int right, int rank, int id) => _merges[Key(left, right)] = (rank, id);

    /// <summary>Adds a merge unless the pair has one already.</summary>
    public void AddFirst(int left, int right, int rank, int id) => _merges.TryAdd(Key(left, right), (rank, id));

    /// <summary>Applies the merges to the symbols in place and gives how many are left.</summary>
    public int Apply(Span<int> symbols)
    {
        if (symbols.Length <= 32)
        {
            return ApplyByScan(symbols);
        }

        return ApplyByHeap(symbols);
    }

    private static ulong Key(int left, int right) => ((ulong)(uint)left << 32) | (uint)right;

    private int ApplyByScan(Span<int> symbols)
    {
        Span<int> ranks = stackalloc int[32];
        Span<int> ids = stackalloc int[32];
        var count = symbols.Length;
        for (var i = 0; i + 1 < count; i++)
        {
            (ranks[i], ids[i]) = Find(symbols[i], symbols[i + 1]);
        }

        while (count > 1)
        {
            var best = 0;
            for (var i = 1; i + 1 < count; i++)
            {
                if (ranks[i] < ranks[best])
                {
                    best = i;
                }
            }

            if (ranks[best] == int.MaxValue)
            {
                break;
            }

            symbols[best] = ids[best];
            count--;
            for (var i = best + 1; i < count; i++)
            {
                symbols[i] = symbols[i + 1];
                (ranks[i], ids[i]) = (ranks[i + 1], ids[i + 1]);
            }

            if (best > 0)
            {
                (ranks[best - 1], ids[best - 1]) = Find(symbols[best - 1], symbols[best]);
            }

            if (best + 1 < count)
            {
                (ranks[best], ids[best]) = Find(symbols[best], symbols[best + 1]);
            }
        }

        return count;
    }

    private int ApplyByHeap(Span<int> symbols)
    {
        const int Gone = int.MinValue;
        var next = new int[symbols.Length];
        var previous = new int[symbols.Length];
        var queue = new PriorityQueue<int, ulong>();
        for (var i = 0; i < symbols.Length; i++)
        {
            (previous[i], next[i]) = (i - 1, i + 1);
            if (i + 1 < symbols.Length)
            {
                Offer(queue, i, symbols[i], symbols[i + 1]);
            }
        }

        while (queue.TryDequeue(out var at, out var priority))
        {
            var right = next[at];
            if (symbols[at] == Gone || right >= symbols.Length)
            {
                continue;
            }

            var (rank, id) = Find(symbols[at], symbols[right]);
            // An entry is stale when its pair has merged with a neighbour since.
            if ((int)(priority >> 32) != rank)
            {
                continue;
            }

            symbols[at] = id;
            symbols[right] = Gone;
            next[at] = next[right];
            if (next[at] < symbols.Length)
            {
                previous[next[at]] = at;
                Offer(queue, at, id, symbols[next[at]]);
            }

            if (previous[at] >= 0)
            {
                Offer(queue, previous[at], symbols[previous[at]], id);
            }
        }

        var count = 0;
        for (var i = 0; i < symbols.Length; i = next[i])
        {
            symbols[count++] = symbols[i];
        }

        return count;
    }

    private void Offer(PriorityQueue<int, ulong> queue, int at, int left, int right)
    {
        var (rank, _) = Find(left, right);
        if (rank != int.MaxValue)
        {
            queue.Enqueue(at, ((ulong)(uint)rank << 32) | (uint)at);
        }
    }

    private (int Rank, int Id) Find(int left, int right) =>
        _merges.TryGetValue(Key(left, right), out var merge) ? merge : (int.MaxValue, 0);
}
