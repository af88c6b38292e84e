using System.Diagnostics;

namespace Prunus.Evaluation;

/// <summary>Times things by turns, so that drift of the machine meets all of them.</summary>
public static class Turns
{
    /// <summary>Seconds of each action in each round, after a round that is not counted.</summary>
    /// <param name="rounds">Rounds.</param>
    /// <param name="actions">What is timed.</param>
    /// <param name="cancellation">Looked at between rounds.</param>
    /// <returns>[actions][rounds].</returns>
    public static double[][] Time(int rounds, IReadOnlyList<Action> actions, CancellationToken cancellation = default)
    {
        var times = actions.Select(_ => new double[rounds]).ToArray();
        for (var round = -1; round < rounds; round++)
        {
            cancellation.ThrowIfCancellationRequested();
            for (var i = 0; i < actions.Count; i++)
            {
                var clock = Stopwatch.StartNew();
                actions[i]();
                if (round >= 0)
                {
                    times[i][round] = clock.Elapsed.TotalSeconds;
                }
            }
        }

        return times;
    }

    /// <summary>The middle one of values; of an even number the upper of the two.</summary>
    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
