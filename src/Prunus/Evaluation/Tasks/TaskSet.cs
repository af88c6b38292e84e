using Prunus.Randomness;

namespace Prunus.Evaluation.Tasks;

/// <summary>A task with its data.</summary>
/// <param name="Task">The task.</param>
/// <param name="Name">Where the items are from, for messages and item files.</param>
/// <param name="Items">All items.</param>
/// <param name="Pool">Items that few-shot examples are drawn from; empty without examples.</param>
public sealed record TaskSet(EvaluationTask Task, string Name, IReadOnlyList<TaskItem> Items, IReadOnlyList<TaskItem> Pool)
{
    // The harness's own seed of the draw; its published few-shot numbers rest on it.
    private const uint Seed = 1234;

    /// <summary>Reads a task's files.</summary>
    /// <param name="task">The task.</param>
    /// <param name="folder">Where they lie.</param>
    /// <param name="shots">Examples wanted; with none, the file they come from need not be there.</param>
    /// <exception cref="PrunusInputException">A file is missing (the message tells where to get it) or damaged (it names the line).</exception>
    public static TaskSet Load(EvaluationTask task, string folder, int shots)
    {
        var items = TaskData.Read(task.Data.Find(folder), task.Read);
        return new TaskSet(task, task.Data.Name, items,
            shots == 0 ? [] : task.Examples == task.Data ? items : TaskData.Read(task.Examples.Find(folder), task.Read));
    }

    /// <summary>
    /// Which items of the pool stand before each item, in order. One generator draws for item after item, so a limit changes nothing for the items before it.
    /// </summary>
    /// <param name="shots">Examples for each.</param>
    /// <param name="count">Items looked at.</param>
    /// <exception cref="PrunusInputException">The pool is too small.</exception>
    public IEnumerable<IReadOnlyList<int>> Examples(int shots, int count)
    {
        var drawn = Task.ExamplesLeaveItemOut && shots > 0 ? shots + 1 : shots;
        if (drawn > Pool.Count)
        {
            throw new PrunusInputException("--num-fewshot", $"{shots} examples of {Task.Id} are drawn from {drawn} items or more, and {Task.Examples.Name} has {Pool.Count}", "ask for fewer");
        }

        var random = new PythonRandom(Seed);
        return Items.Take(count).Select(item => (IReadOnlyList<int>)
            [.. random.Sample(Pool.Count, drawn).Where(i => !Task.ExamplesLeaveItemOut || Pool[i].Source != item.Source).Take(shots)]);
    }
}
