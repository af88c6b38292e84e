namespace Prunus;

/// <summary>
/// Bad input or usage: a file, field or option that cannot be used. Its message is one line,
/// <c>subject: what is wrong; what to do</c>; the command line prints it and exits with 2.
/// </summary>
public sealed class PrunusInputException : Exception
{
    /// <param name="subject">The file (with field, where there is one) or option at fault.</param>
    /// <param name="problem">What is wrong with it.</param>
    /// <param name="remedy">What the user can do about it.</param>
    /// <param name="inner">The cause, when another exception told.</param>
    public PrunusInputException(string subject, string problem, string remedy, Exception? inner = null)
        : base(OneLine($"{subject}: {problem}; {remedy}"), inner)
    {
        Subject = subject;
        Problem = problem;
        Remedy = remedy;
    }

    public string Subject { get; }

    public string Problem { get; }

    public string Remedy { get; }

    // Names out of hostile files may hold anything: control characters would break the one-line promise.
    private static string OneLine(string text) =>
        string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));
}
