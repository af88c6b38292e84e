namespace Prunus.Evaluation.Tasks;

/// <summary>A distinct input of the model, and what is read off its outputs.</summary>
/// <param name="Ids">Tokens given to the model.</param>
internal sealed record LikelihoodRow(int[] Ids)
{
    /// <summary>Requests that are answered by this input's outputs: which one, and its tokens; the outputs of the last so many positions predict them.</summary>
    public List<(int Request, int[] Targets)> Reads { get; } = [];

    /// <summary>The first position whose output is needed.</summary>
    public int First => Ids.Length - Reads.Max(r => r.Targets.Length);
}

/// <summary>Inputs that begin alike: the options of an item.</summary>
/// <param name="Rows">Distinct inputs.</param>
/// <param name="Shared">Tokens at the start that are computed once for all of them.</param>
internal sealed record LikelihoodBundle(IReadOnlyList<LikelihoodRow> Rows, int Shared)
{
    // Below this a second pass through the layers costs more than it saves.
    private const int LeastShared = 8;

    public int Longest { get; } = Rows.Max(r => r.Ids.Length);

    /// <summary>Turns requests into distinct inputs, grouped by item.</summary>
    /// <param name="items">Per item its requests: context and continuation ids, cut to the model's length already.</param>
    public static IReadOnlyList<LikelihoodBundle> From(IReadOnlyList<IReadOnlyList<(int Request, int[] Input, int[] Targets)>> items)
    {
        var known = new Dictionary<int[], LikelihoodRow>(new IdsComparer());
        var bundles = new List<List<LikelihoodRow>>();
        foreach (var item in items)
        {
            var rows = new List<LikelihoodRow>();
            foreach (var (request, input, targets) in item)
            {
                if (!known.TryGetValue(input, out var row))
                {
                    known[input] = row = new LikelihoodRow(input);
                    rows.Add(row);
                }

                row.Reads.Add((request, targets));
            }

            bundles.Add(rows);
        }

        // Only now: a later item may read an earlier row from an earlier position on.
        return [.. bundles.Where(rows => rows.Count > 0).Select(rows => new LikelihoodBundle(rows, SharedStart(rows)))];
    }

    private static int SharedStart(List<LikelihoodRow> rows)
    {
        if (rows.Count == 1)
        {
            return 0;
        }

        var shared = rows.Min(r => r.First);
        foreach (var row in rows.Skip(1))
        {
            shared = Math.Min(shared, row.Ids.AsSpan().CommonPrefixLength(rows[0].Ids));
        }

        return shared < LeastShared ? 0 : shared;
    }

    private sealed class IdsComparer : IEqualityComparer<int[]>
    {
        public bool Equals(int[]? x, int[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(int[] ids)
        {
            var hash = new HashCode();
            hash.AddBytes(System.Runtime.InteropServices.MemoryMarshal.AsBytes<int>(ids));
            return hash.ToHashCode();
        }
    }
}

/// <summary>Bundles that go through the model together, the start in one pass and the ends in a second.</summary>
/// <param name="Bundles">Items.</param>
/// <param name="Shared">Tokens of the first pass; 0 = whole inputs in one pass.</param>
internal sealed record LikelihoodBatch(IReadOnlyList<LikelihoodBundle> Bundles, int Shared)
{
    // Within so many tokens of shared start, items are batched by the length of their ends instead.
    private const int Bucket = 8;

    /// <summary>Tokens that the model computes, padding included.</summary>
    public long Tokens => Cost(Bundles.Count, Shared, Bundles.Sum(b => b.Rows.Count), Bundles.Max(b => b.Longest));

    /// <summary>Fills batches, longest first, so that lack of memory shows at once and neighbours need little padding.</summary>
    /// <param name="bundles">All items.</param>
    /// <param name="budget">Most tokens of a batch; an item that alone takes more is a batch of its own.</param>
    public static IReadOnlyList<LikelihoodBatch> Fill(IReadOnlyList<LikelihoodBundle> bundles, long budget)
    {
        var batches = new List<LikelihoodBatch>();
        var current = new List<LikelihoodBundle>();
        var (shared, rows, longest) = (0, 0, 0);
        foreach (var bundle in bundles.OrderByDescending(b => b.Shared / Bucket).ThenByDescending(b => b.Longest))
        {
            var (s, r, l) = (Math.Min(shared, bundle.Shared), rows + bundle.Rows.Count, Math.Max(longest, bundle.Longest));
            if (current.Count > 0 && ((shared > 0) != (bundle.Shared > 0) || Cost(current.Count + 1, s, r, l) > budget))
            {
                batches.Add(new LikelihoodBatch([.. current], shared));
                current.Clear();
            }

            if (current.Count == 0)
            {
                (s, r, l) = (bundle.Shared, bundle.Rows.Count, bundle.Longest);
            }

            current.Add(bundle);
            (shared, rows, longest) = (s, r, l);
        }

        if (current.Count > 0)
        {
            batches.Add(new LikelihoodBatch([.. current], shared));
        }

        return batches;
    }

    private static long Cost(int bundles, int shared, int rows, int longest) => ((long)bundles * shared) + ((long)rows * (longest - shared));
}
