using Prunus.Evaluation;

namespace Prunus.Benchmarks;

/// <summary>Two things timed by turns, so that drift of the machine meets both.</summary>
internal static class Timing
{
    /// <summary>Least and median seconds of each over <paramref name="rounds"/> rounds after one that is not counted.</summary>
    public static (double Least, double Median)[] ByTurns(int rounds, params Action[] actions) =>
        [.. Turns.Time(rounds, actions).Select(t => (t.Min(), Turns.Median(t)))];
}
