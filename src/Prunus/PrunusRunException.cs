namespace Prunus;

/// <summary>A run that could not finish (NaN in the loss, a full disk, no CUDA device …): one line, exit code 1.</summary>
public sealed class PrunusRunException : Exception
{
    /// <param name="subject">The stage, file or device that failed.</param>
    /// <param name="problem">What happened.</param>
    /// <param name="remedy">What the user can do about it.</param>
    /// <param name="inner">The cause, when another exception told.</param>
    public PrunusRunException(string subject, string problem, string remedy, Exception? inner = null)
        : base($"{subject}: {problem}; {remedy}", inner)
    {
        Subject = subject;
        Problem = problem;
        Remedy = remedy;
    }

    public string Subject { get; }

    public string Problem { get; }

    public string Remedy { get; }
}
