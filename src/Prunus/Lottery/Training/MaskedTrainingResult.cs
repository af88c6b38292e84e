namespace Prunus.Lottery.Training;

/// <summary>Outcome of a training; the last weights are in the net. Owns the snapshots.</summary>
/// <param name="Members">The curve of each member; of a single net one.</param>
/// <param name="Snapshots">Copies at the steps asked for.</param>
/// <param name="ResumedFrom">Steps done when this call began.</param>
public sealed record MaskedTrainingResult(IReadOnlyList<TrainingCurve> Members, IReadOnlyDictionary<int, TicketSnapshot> Snapshots, int ResumedFrom) : IDisposable
{
    public void Dispose()
    {
        foreach (var snapshot in Snapshots.Values)
        {
            snapshot.Dispose();
        }
    }
}
