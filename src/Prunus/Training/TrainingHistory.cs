using Prunus.Native;
using TorchSharp;

namespace Prunus.Training;

/// <summary>
/// Metrics of a run: rows of the latest steps wait on the device until they are fetched together, so that no step waits for the GPU.
/// </summary>
internal sealed class TrainingHistory : IDisposable
{
    private readonly torch.Tensor _pending;
    private int _waiting;

    /// <param name="columns">Losses of the objective plus the gradient norm.</param>
    /// <param name="interval">Rows that can wait.</param>
    /// <param name="device">Where they wait.</param>
    public TrainingHistory(int columns, int interval, torch.Device device)
    {
        Columns = columns;
        _pending = torch.zeros([interval, columns], dtype: torch.ScalarType.Float32, device: device).DetachFromDisposeScope();
    }

    public int Columns { get; }

    /// <summary>One row per fetched step: the losses, then the gradient norm.</summary>
    public List<float[]> Rows { get; } = [];

    public List<EvaluationPoint> Evaluations { get; } = [];

    /// <summary>Whether no more row can wait.</summary>
    public bool Full => _waiting == _pending.size(0);

    /// <summary>Keeps a step's numbers on the device.</summary>
    public void Add(torch.Tensor losses, torch.Tensor gradientNorm)
    {
        using var row = _pending.select(0, _waiting++);
        using var left = row.narrow(0, 0, Columns - 1);
        using var right = row.select(0, Columns - 1);
        left.copy_(losses);
        right.copy_(gradientNorm);
    }

    /// <summary>Fetches the waiting rows and checks them.</summary>
    /// <param name="remedy">What to do when a number is not finite.</param>
    /// <exception cref="PrunusRunException">A loss or gradient norm is NaN or infinite; names the step.</exception>
    public void Fetch(string remedy)
    {
        using var fetched = _pending.cpu();
        var values = TensorMemory.Span<float>(fetched);
        for (var i = 0; i < _waiting; i++)
        {
            var row = values.Slice(i * Columns, Columns).ToArray();
            Rows.Add(row);
            if (Array.FindIndex(row, value => !float.IsFinite(value)) is >= 0 and var column)
            {
                throw new PrunusRunException(
                    $"step {Rows.Count}", $"the {(column == Columns - 1 ? "gradient norm" : "loss")} is {(float.IsNaN(row[column]) ? "NaN" : "infinite")}", remedy);
            }
        }

        _waiting = 0;
    }

    public void Dispose() => _pending.Dispose();
}
