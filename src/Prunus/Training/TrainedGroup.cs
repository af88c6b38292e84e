using TorchSharp;

namespace Prunus.Training;

/// <summary>
/// Parameters that an objective trains beside the student, with an optimizer and a gradient norm of their own. They live and resume with the training and are no
/// part of the student.
/// </summary>
public sealed class TrainedGroup : IDisposable
{
    private readonly CosineSchedule? _schedule;

    /// <param name="name">Prefix of its tensors in checkpoints.</param>
    /// <param name="masters">Float32 weights that are optimized in place; not owned.</param>
    /// <param name="working">What the objective computes with, as in <see cref="MixedPrecisionAdamW"/>.</param>
    /// <param name="options">Hyperparameters.</param>
    /// <param name="schedule">Learning rate; null = that of the student.</param>
    public TrainedGroup(
        string name, IReadOnlyDictionary<string, torch.Tensor> masters, IReadOnlyDictionary<string, torch.Tensor> working, AdamWOptions options, CosineSchedule? schedule = null)
    {
        Name = name;
        Optimizer = new(masters, working, options);
        _schedule = schedule;
    }

    public string Name { get; }

    public MixedPrecisionAdamW Optimizer { get; }

    /// <summary>Does the step that the student does.</summary>
    /// <param name="step">Step, from 0.</param>
    /// <param name="steps">Steps in all.</param>
    /// <param name="student">The student's learning rate.</param>
    internal void Step(int step, int steps, CosineSchedule student) => Optimizer.Step((_schedule ?? student).At(step, steps)).Dispose();

    /// <summary>Masters and moments by their names in a checkpoint.</summary>
    internal IEnumerable<(string Name, torch.Tensor Tensor)> State() => Optimizer.State().Select(s => ($"{Name}.{s.Name}", s.Tensor));

    public void Dispose() => Optimizer.Dispose();
}
