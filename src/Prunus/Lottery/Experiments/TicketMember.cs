namespace Prunus.Lottery.Experiments;

/// <summary>A training of a stack, ready to begin.</summary>
/// <param name="Job">Which.</param>
/// <param name="Experiment">Its experiment.</param>
/// <param name="Start">What it begins with; its net has the last weights when it is trained.</param>
internal sealed record TicketMember(TicketJob Job, TicketExperiment Experiment, TicketBeginning Start) : IDisposable
{
    public void Dispose() => Start.Net.Dispose();
}
