using System.Text.Json.Nodes;

namespace Prunus.Jobs;

/// <summary>One piece of work for a <see cref="JobPool"/>.</summary>
/// <param name="Id">Short name, unique in the pool; shown when the job fails.</param>
/// <param name="Spec">What to do, for the worker to read.</param>
/// <param name="ResultPath">
/// File that the result is written to, whole or not at all. A job whose file is there is done: so a repeated run does only what is missing. Beside
/// it lies <c>ResultPath + ".lock"</c>, held while the job runs.
/// </param>
/// <param name="Units">Size of the job in the pool's progress, such as its training steps. The default is 1.</param>
public sealed record Job(string Id, JsonObject Spec, string ResultPath, long Units = 1);

/// <summary>How a job ended: with a result or a failure.</summary>
/// <param name="Job">The job.</param>
/// <param name="Result">What it gave, also when an earlier session did it; null when it failed.</param>
/// <param name="Failure">Why there is no result; null when there is one. Failures are not kept: a repeated run tries again.</param>
public sealed record JobOutcome(Job Job, JsonObject? Result, JobFailure? Failure);

/// <summary>Why a job has no result.</summary>
/// <param name="IsInput">The job's input was at fault (exit code 2), not its run (exit code 1).</param>
/// <param name="Subject">File, option or job at fault.</param>
/// <param name="Problem">What is wrong.</param>
/// <param name="Remedy">What to do.</param>
public sealed record JobFailure(bool IsInput, string Subject, string Problem, string Remedy)
{
    /// <summary>Whether the worker may be in any state after this: a crash, or an exception that nobody foresaw.</summary>
    public bool EndsWorker { get; init; }

    /// <summary>The exception that says this.</summary>
    public Exception ToException() => IsInput ? new PrunusInputException(Subject, Problem, Remedy) : new PrunusRunException(Subject, Problem, Remedy);

    public override string ToString() => $"{Subject}: {Problem}; {Remedy}";
}
