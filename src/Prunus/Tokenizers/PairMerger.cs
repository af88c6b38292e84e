using System.Runtime.InteropServices;

namespace Prunus.Tokenizers;

/// <summary>
/// The inner loop of training a BPE: keeps the frequency of every pair and the words it occurs in, so that a merge touches only those.
/// </summary>
/// <param name="words">Symbols of each distinct word; changed in place.</param>
/// <param name="counts">How often each word occurs.</param>
internal sealed class PairMerger(List<int[]> words, List<long> counts)
{
    private readonly int[] _lengths = [.. words.Select(word => word.Length)];
    private readonly Dictionary<(int Left, int Right), long> _frequency = [];
    private readonly Dictionary<(int Left, int Right), HashSet<int>> _where = [];

    // Highest frequency first, then the lower ids. Entries whose frequency has changed since are put back or dropped when they surface.
    private readonly PriorityQueue<(int Left, int Right), (long Frequency, int Left, int Right)> _queue = new();

    /// <summary>Merges the most frequent pair again and again.</summary>
    /// <param name="tokens">Spelling of each symbol by id; new ones are added.</param>
    /// <param name="vocabularySize">Ends when there are so many tokens.</param>
    /// <param name="cancellation">Ends it with an exception.</param>
    public List<(int Left, int Right)> Run(List<string> tokens, int vocabularySize, CancellationToken cancellation)
    {
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var id = 0; id < tokens.Count; id++)
        {
            ids.TryAdd(tokens[id], id);
        }

        for (var word = 0; word < words.Count; word++)
        {
            for (var i = 0; i + 1 < _lengths[word]; i++)
            {
                Change((words[word][i], words[word][i + 1]), word, counts[word]);
            }
        }

        foreach (var (pair, frequency) in _frequency)
        {
            Enqueue(pair, frequency);
        }

        var merges = new List<(int, int)>();
        while (tokens.Count < vocabularySize && _queue.TryDequeue(out var pair, out var priority))
        {
            cancellation.ThrowIfCancellationRequested();
            var frequency = _frequency.GetValueOrDefault(pair);
            if (frequency <= 0)
            {
                continue;
            }

            if (frequency != -priority.Frequency)
            {
                Enqueue(pair, frequency);
                continue;
            }

            // Two pairs may spell the same token: it keeps its first id.
            var spelling = tokens[pair.Left] + tokens[pair.Right];
            if (ids.TryAdd(spelling, tokens.Count))
            {
                tokens.Add(spelling);
            }

            Merge(pair, ids[spelling]);
            merges.Add(pair);
        }

        return merges;
    }

    private void Merge((int Left, int Right) pair, int id)
    {
        var changed = new HashSet<(int, int)>();
        _where.Remove(pair, out var places);
        foreach (var word in places!)
        {
            MergeIn(word, pair, id, changed);
        }

        _frequency.Remove(pair);
        changed.Remove(pair);
        foreach (var other in changed.Where(other => other.Item1 == id || other.Item2 == id))
        {
            Enqueue(other, _frequency.GetValueOrDefault(other));
        }
    }

    private void MergeIn(int word, (int Left, int Right) pair, int id, HashSet<(int, int)> changed)
    {
        var symbols = words[word];
        var (length, kept) = (_lengths[word], 0);
        for (var i = 0; i < length; i++)
        {
            if (i + 1 >= length || symbols[i] != pair.Left || symbols[i + 1] != pair.Right)
            {
                symbols[kept++] = symbols[i];
                continue;
            }

            // The symbol before may be the new one itself; the one behind is still unmerged and is counted again when its turn comes.
            if (kept > 0)
            {
                Count((symbols[kept - 1], pair.Left), -1);
                Count((symbols[kept - 1], id), 1);
            }

            if (i + 2 < length)
            {
                Count((pair.Right, symbols[i + 2]), -1);
                Count((id, symbols[i + 2]), 1);
            }

            symbols[kept++] = id;
            i++;
        }

        _lengths[word] = kept;

        void Count((int, int) other, int sign)
        {
            Change(other, word, sign * counts[word]);
            changed.Add(other);
        }
    }

    private void Change((int Left, int Right) pair, int word, long by)
    {
        CollectionsMarshal.GetValueRefOrAddDefault(_frequency, pair, out _) += by;
        if (by > 0)
        {
            (CollectionsMarshal.GetValueRefOrAddDefault(_where, pair, out _) ??= []).Add(word);
        }
    }

    private void Enqueue((int Left, int Right) pair, long frequency)
    {
        if (frequency > 0)
        {
            _queue.Enqueue(pair, (-frequency, pair.Left, pair.Right));
        }
    }
}
