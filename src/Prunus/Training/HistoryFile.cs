using System.Runtime.InteropServices;
using Prunus.Checkpoints;

namespace Prunus.Training;

/// <summary>The metrics so far inside a checkpoint: <c>metrics</c> [steps, columns] F32, <c>evaluation_steps</c> I64, <c>evaluations</c> F64.</summary>
internal static class HistoryFile
{
    public static IEnumerable<TensorSource> Sources(TrainingHistory history)
    {
        var rows = history.Rows.SelectMany(row => row).ToArray();
        yield return new("metrics", ElementType.F32, [history.Rows.Count, history.Columns], () => Bytes<float>(rows));
        var steps = history.Evaluations.Select(e => (long)e.Step).ToArray();
        yield return new("evaluation_steps", ElementType.I64, [steps.Length], () => Bytes<long>(steps));
        var values = history.Evaluations.Select(e => e.Value).ToArray();
        yield return new("evaluations", ElementType.F64, [values.Length], () => Bytes<double>(values));
    }

    public static void Read(SafetensorsFile file, TrainingHistory history, int steps)
    {
        var rows = Values<float>(file, "metrics", ElementType.F32, [steps, history.Columns]);
        var count = file.Tensors.TryGetValue("evaluations", out var entry) ? entry.ElementCount : 0;
        var evaluationSteps = Values<long>(file, "evaluation_steps", ElementType.I64, [count]);
        var evaluations = Values<double>(file, "evaluations", ElementType.F64, [count]);
        history.Rows.Clear();
        history.Rows.AddRange(rows.Chunk(history.Columns));
        history.Evaluations.Clear();
        history.Evaluations.AddRange(evaluations.Select((value, i) => new EvaluationPoint((int)evaluationSteps[i], value)));
    }

    public static T[] Values<T>(SafetensorsFile file, string name, ElementType type, long[] shape)
        where T : unmanaged
    {
        if (!file.Tensors.TryGetValue(name, out var entry) || entry.Type != type || !entry.Shape.SequenceEqual(shape))
        {
            throw new PrunusInputException(file.Location, $"has no {type} tensor '{name}' of shape [{string.Join(",", shape)}]", "delete the checkpoint folder to start anew");
        }

        var values = new T[entry.ElementCount];
        file.ReadBytes(name, 0, MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }

    public static IEnumerable<ReadOnlyMemory<byte>> Bytes<T>(T[] values)
        where T : unmanaged => [MemoryMarshal.AsBytes(values.AsSpan()).ToArray()];
}
