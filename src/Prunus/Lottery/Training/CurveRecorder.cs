using Prunus.Checkpoints;
using Prunus.Native;
using Prunus.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Lottery.Training;

/// <summary>Losses and evaluations so far: the latest wait on the device and are fetched together.</summary>
internal sealed class CurveRecorder(int members) : IDisposable
{
    private const int Columns = 4;
    private readonly List<Tensor> _waiting = [];
    private readonly List<float> _losses = [];
    private readonly List<long> _steps = [];
    private readonly List<double> _evaluations = [];

    /// <summary>Whether it is time to fetch, lest too many small tensors wait.</summary>
    public bool Full => _waiting.Count >= 1000;

    /// <summary>Keeps a step's losses [] or [members].</summary>
    public void Add(Tensor losses)
    {
        using var values = losses.detach();
        _waiting.Add(values.to(ScalarType.Float32).DetachFromDisposeScope());
    }

    /// <summary>Keeps losses of several steps, [steps,members] row by row.</summary>
    public void Add(ReadOnlySpan<float> losses)
    {
        Fetch();
        _losses.AddRange(losses);
    }

    /// <summary>Keeps an evaluation: of each set [members,2], or null.</summary>
    public void Add(int step, Tensor? validation, Tensor? test)
    {
        using var scope = NewDisposeScope();
        Tensor?[] parts = [validation, test];
        var values = parts.Select(p => p is null ? Enumerable.Repeat(double.NaN, members * 2).ToArray() : TensorMemory.Span<double>(p.cpu().contiguous()).ToArray()).ToArray();
        _steps.Add(step);
        for (var m = 0; m < members; m++)
        {
            _evaluations.AddRange(values.SelectMany(v => v.Skip(2 * m).Take(2)));
        }
    }

    /// <summary>Fetches the waiting losses.</summary>
    public void Fetch()
    {
        if (_waiting.Count == 0)
        {
            return;
        }

        using (var all = stack(_waiting))
        using (var fetched = all.cpu())
        {
            _losses.AddRange(TensorMemory.Span<float>(fetched));
        }

        Forget();
    }

    /// <summary>What a state keeps of it.</summary>
    public IEnumerable<TensorSource> Sources()
    {
        yield return new("losses", ElementType.F32, [_losses.Count / members, members], () => HistoryFile.Bytes(_losses.ToArray()));
        yield return new("evaluation_steps", ElementType.I64, [_steps.Count], () => HistoryFile.Bytes(_steps.ToArray()));
        yield return new("evaluations", ElementType.F64, [_steps.Count, members, Columns], () => HistoryFile.Bytes(_evaluations.ToArray()));
    }

    /// <summary>Takes over what a state kept.</summary>
    public void Read(SafetensorsFile file, int steps)
    {
        var count = file.Tensors.TryGetValue("evaluation_steps", out var entry) ? entry.ElementCount : 0;
        Forget();
        Replace(_losses, HistoryFile.Values<float>(file, "losses", ElementType.F32, [steps, members]));
        Replace(_steps, HistoryFile.Values<long>(file, "evaluation_steps", ElementType.I64, [count]));
        Replace(_evaluations, HistoryFile.Values<double>(file, "evaluations", ElementType.F64, [count, members, Columns]));
    }

    /// <summary>The curve of each member.</summary>
    /// <param name="first">Steps done at the start.</param>
    public IReadOnlyList<TrainingCurve> Curves(int first) => [.. Enumerable.Range(0, members).Select(m => Curve(first, m))];

    public void Dispose() => Forget();

    private static void Replace<T>(List<T> list, T[] values)
    {
        list.Clear();
        list.AddRange(values);
    }

    private TrainingCurve Curve(int first, int member)
    {
        var losses = new float[_losses.Count / members];
        for (var step = 0; step < losses.Length; step++)
        {
            losses[step] = _losses[(step * members) + member];
        }

        var points = _steps.Select((step, i) =>
        {
            var at = (i * members + member) * Columns;
            return new CurvePoint((int)step, _evaluations[at], _evaluations[at + 1], _evaluations[at + 2], _evaluations[at + 3]);
        });
        var diverged = Array.FindIndex(losses, loss => !float.IsFinite(loss));
        return new(losses, [.. points], diverged < 0 ? null : first + diverged + 1);
    }

    private void Forget()
    {
        _waiting.ForEach(t => t.Dispose());
        _waiting.Clear();
    }
}
