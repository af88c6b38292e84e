namespace Prunus.Runs;

/// <summary>The name a user probably meant, for "did you mean" in error lines.</summary>
public static class NearestName
{
    /// <summary>The known name with the fewest edits (insert, delete, replace, swap of neighbours) from <paramref name="word"/>, or null when all are too far:
    /// more than a third of the word's length, at least one edit is always allowed.</summary>
    public static string? Find(string word, IEnumerable<string> known)
    {
        var best = known
            .Select(name => (Name: name, Edits: Distance(word, name)))
            .OrderBy(c => c.Edits).ThenBy(c => c.Name, StringComparer.Ordinal)
            .FirstOrDefault();
        return best.Name is not null && best.Edits <= Math.Max(1, Math.Min(word.Length, 64) / 3) ? best.Name : null;
    }

    // Optimal string alignment distance.
    private static int Distance(string a, string b)
    {
        // A hostile file may hold a megabyte as a key: nobody meant that.
        if (a.Length > 64 || b.Length > 64)
        {
            return int.MaxValue;
        }

        var d = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            for (var j = 0; j <= b.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    d[i, j] = i + j;
                    continue;
                }

                var replace = d[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                d[i, j] = Math.Min(replace, Math.Min(d[i - 1, j], d[i, j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
                }
            }
        }

        return d[a.Length, b.Length];
    }
}
