using Prunus.Lottery.Training;

namespace Prunus.Lottery.Experiments.Materials;

/// <summary>What nets of an experiment learn from and are measured on, on a device: images or text.</summary>
internal interface IStudyMaterial : IDisposable
{
    /// <summary>What early stopping looks at.</summary>
    EvaluationSet Validation { get; }

    /// <summary>What accuracies and losses are reported of.</summary>
    EvaluationSet Test { get; }

    /// <summary>As many training examples, unvaried.</summary>
    EvaluationSet Seen { get; }

    /// <summary>Classes of images; null of text.</summary>
    int? Classes { get; }

    /// <summary>The architecture that a name means on this data.</summary>
    ITicketArchitecture Architecture(string net);

    /// <summary>Batches to train on in an order of their own.</summary>
    /// <param name="training">Size of a batch, and whether examples are varied.</param>
    /// <param name="seed">Seed of the order.</param>
    StudyOrder Order(TicketTraining training, ulong seed);
}

/// <summary>Batches in an order.</summary>
/// <param name="Batch">Batch of a step, a pure function of it.</param>
/// <param name="Held">What goes with them; null for nothing.</param>
internal sealed record StudyOrder(Func<int, TicketBatch> Batch, IDisposable? Held = null) : IDisposable
{
    public void Dispose() => Held?.Dispose();
}
