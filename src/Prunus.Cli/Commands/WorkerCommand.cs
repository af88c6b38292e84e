using Prunus.Jobs;
using Prunus.Recipes;
using Prunus.Search;

namespace Prunus.Cli.Commands;

/// <summary><c>prunus worker</c>: a process of a job pool. Started by verbs with <c>--jobs</c>, hidden from the help.</summary>
internal static class WorkerCommand
{
    /// <summary>All kinds of jobs that worker processes do.</summary>
    public static IReadOnlyList<JobKind> Kinds { get; } = [RecipeCells.Kind, TicketJobs.Kind, SparsityJobs.Kind, SearchJobs.Kind];

    public static Verb Create() => new("worker", "Does jobs for another process of prunus.")
    {
        Hidden = true,
        Examples = ["worker"],
        Run = context =>
        {
            TensorSetup.Apply(context);
            JobWorkerLoop.Run(Console.In, context.Out, Kinds, context.Cancellation);
            return ExitCode.Done;
        },
    };
}
