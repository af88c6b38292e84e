using Prunus.Checkpoints;
using Prunus.Native;
using Prunus.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Lottery.Training;

/// <summary>A net at some step: weights, running statistics and, where it was in training, the optimiser's state. Owns copies of all.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="Parameters">Weights by name.</param>
/// <param name="Buffers">Running statistics by name.</param>
/// <param name="Optimiser">State of the optimiser, or null.</param>
public sealed record TicketSnapshot(
    int Step, IReadOnlyDictionary<string, Tensor> Parameters, IReadOnlyDictionary<string, Tensor> Buffers, OptimiserState? Optimiser = null) : IDisposable
{
    /// <summary>Copies a net.</summary>
    public static TicketSnapshot Of(ITicketNet net, int step, MaskedOptimiser? optimiser = null)
    {
        using var noGradient = no_grad();
        return new(step, Copies(net.Parameters), Copies(net.Buffers), optimiser?.Save());
    }

    /// <summary>Reads what <see cref="Write"/> wrote, for nets like the given one.</summary>
    /// <param name="path">The file.</param>
    /// <param name="net">Says names, shapes and device.</param>
    /// <param name="optimiser">Says what the state looks like; null leaves it out.</param>
    /// <exception cref="PrunusInputException">The file is damaged or of another net.</exception>
    public static TicketSnapshot Read(string path, ITicketNet net, MaskedOptimiser? optimiser = null)
    {
        using var file = SafetensorsFile.Open(path);
        var steps = file.Tensors.TryGetValue("steps", out var entry) && entry.Type == ElementType.I64 && entry.ElementCount == 2 ? file.ReadInt64("steps")
            : throw new PrunusInputException(path, "is no snapshot of a net in training", "delete it");
        var snapshot = Of(net, checked((int)steps[0]), optimiser);
        foreach (var (name, tensor) in snapshot.All())
        {
            TensorFile.Read(file, name, tensor);
        }

        return snapshot.Optimiser is { } state ? snapshot with { Optimiser = state with { StepCount = checked((int)steps[1]) } } : snapshot;
    }

    /// <summary>Sets a net's weights and running statistics to these.</summary>
    public void CopyTo(ITicketNet net)
    {
        Copy(Parameters, net.Parameters);
        Copy(Buffers, net.Buffers);
    }

    /// <summary>Writes all to a safetensors file, under a temporary name until whole.</summary>
    public void Write(string path) => SafetensorsWriter.Write(path, All().Select(t => TensorFile.Source(t.Name, t.Tensor))
        .Append(TensorSource.Of("steps", [2], [Step, Optimiser?.StepCount ?? 0])));

    public void Dispose()
    {
        foreach (var tensor in Parameters.Values.Concat(Buffers.Values))
        {
            tensor.Dispose();
        }

        Optimiser?.Dispose();
    }

    private static Dictionary<string, Tensor> Copies(IReadOnlyDictionary<string, Tensor> tensors) =>
        tensors.ToDictionary(t => t.Key, t => t.Value.detach().clone().DetachFromDisposeScope());

    private static void Copy(IReadOnlyDictionary<string, Tensor> from, IReadOnlyDictionary<string, Tensor> to)
    {
        if (to.Count > 0)
        {
            Ops.ForeachCopy([.. to.Values], [.. to.Keys.Select(name => from[name])]);
        }
    }

    private IEnumerable<(string Name, Tensor Tensor)> All() =>
        Parameters.Select(p => ("weight." + p.Key, p.Value)).Concat(Buffers.Select(b => ("buffer." + b.Key, b.Value)))
            .Concat(Optimiser?.Tensors.Select(s => ("state." + s.Key, s.Value)) ?? []);
}
