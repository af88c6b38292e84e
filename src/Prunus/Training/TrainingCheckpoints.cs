using Prunus.Checkpoints;

namespace Prunus.Training;

/// <summary>The states of a decoder's training: weights, moments and metrics in a <see cref="StateFolder"/>.</summary>
internal sealed class TrainingCheckpoints(string folder, string identity, IReadOnlyList<TrainedGroup> groups)
{
    private readonly StateFolder _states = new(folder, "prunus-training/1", identity);

    /// <summary>Writes a checkpoint, then removes the older ones.</summary>
    public void Save(MixedPrecisionAdamW optimizer, TrainingHistory history, int threads) => _states.Save(
        optimizer.StepCount, threads, State(optimizer).Select(s => TensorFile.Source(s.Name, s.Tensor)).Concat(HistoryFile.Sources(history)));

    /// <summary>Loads the newest checkpoint.</summary>
    /// <returns>Its thread count, or null when there is none.</returns>
    /// <exception cref="PrunusInputException">It belongs to another run, or is damaged.</exception>
    public int? Restore(MixedPrecisionAdamW optimizer, TrainingHistory history)
    {
        if (_states.Newest() is not var (step, threads, tensors))
        {
            return null;
        }

        using var file = SafetensorsFile.Open(tensors);
        foreach (var (name, tensor) in State(optimizer))
        {
            TensorFile.Read(file, name, tensor);
        }

        HistoryFile.Read(file, history, step);
        optimizer.Restored(step);
        foreach (var group in groups)
        {
            group.Optimizer.Restored(step);
        }

        return threads;
    }

    private IEnumerable<(string Name, TorchSharp.torch.Tensor Tensor)> State(MixedPrecisionAdamW optimizer) =>
        optimizer.State().Concat(groups.SelectMany(group => group.State()));
}
