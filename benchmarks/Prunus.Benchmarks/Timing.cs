using System.Diagnostics;

namespace Prunus.Benchmarks;

/// <summary>Two things timed by turns, so that drift of the machine meets both.</summary>
internal static class Timing
{
    /// <summary>Least and median seconds of each over <paramref name="rounds"/> rounds after one that is not counted.</summary>
    public static (double Least, double Median)[] ByTurns(int rounds, params Action[] actions)
    {
        var times = actions.Select(_ => new List<double>()).ToArray();
        for (var round = 0; round <= rounds; round++)
        {
            for (var i = 0; i < actions.Length; i++)
            {
                var clock = Stopwatch.StartNew();
                actions[i]();
                if (round > 0)
                {
                    times[i].Add(clock.Elapsed.TotalSeconds);
                }
            }
        }

        return [.. times.Select(t => (t.Min(), t.Order().ElementAt(t.Count / 2)))];
    }
}
