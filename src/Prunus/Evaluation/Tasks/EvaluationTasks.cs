using Prunus.Runs;

namespace Prunus.Evaluation.Tasks;

/// <summary>All tasks.</summary>
public static class EvaluationTasks
{
    public static IReadOnlyList<EvaluationTask> All { get; } = [Arc.Easy, Arc.Challenge, Piqa.Task, HellaSwag.Task, Winogrande.Task, Lambada.OpenAi];

    /// <summary>The task of an id.</summary>
    /// <exception cref="PrunusInputException">There is none.</exception>
    public static EvaluationTask Named(string id)
    {
        var ids = All.Select(t => t.Id).ToArray();
        return All.FirstOrDefault(t => t.Id == id) ?? throw new PrunusInputException("--tasks", $"'{id}' is no task",
            NearestName.Find(id, ids) is { } near ? $"did you mean '{near}'?" : $"known are {string.Join(", ", ids)}");
    }
}
