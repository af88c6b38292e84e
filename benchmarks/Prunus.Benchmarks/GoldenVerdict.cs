namespace Prunus.Benchmarks;

/// <summary>Judges comparisons with a reference and remembers whether all of them held.</summary>
/// <param name="whole">Whether the numbers are those that the reference has; others are not judged.</param>
internal sealed class GoldenVerdict(bool whole)
{
    /// <summary>Whether every comparison held so far.</summary>
    public bool Passed { get; private set; } = true;

    /// <summary>The word for one comparison.</summary>
    public string Judge(bool holds)
    {
        if (!whole)
        {
            return "not judged";
        }

        Passed &= holds;
        return holds ? "PASS" : "FAIL";
    }
}
