using Prunus.Lottery.Masks;
using Prunus.Lottery.Training;
using static TorchSharp.torch;

namespace Prunus.Lottery.Experiments.Trainers;

/// <summary>Trains what a stack asks for, each training once however many experiments ask for it (<see cref="TicketStack.SameTraining"/>).</summary>
internal static class SharedTrainings
{
    /// <param name="members">Ready to begin; their nets get the last weights.</param>
    /// <param name="train">Trains different ones, and copies weights of the given steps.</param>
    /// <returns>By job; those of one training have the same result, which the caller disposes.</returns>
    public static Dictionary<TicketJob, (MaskedTrainingResult Result, MaskSet Masks)> Run(
        IReadOnlyList<TicketMember> members, Func<IReadOnlyList<TicketMember>, IReadOnlyList<int>, IReadOnlyList<(MaskedTrainingResult Result, MaskSet Masks)>> train)
    {
        TicketMember[][] same = [.. members.GroupBy(m => TicketStack.SameTraining(m.Experiment, m.Job), StringComparer.Ordinal).Select(g => g.ToArray())];
        var results = same.Length == 0 ? [] : train([.. same.Select(s => s[0])], Early(members));
        foreach (var twins in same.Where(s => s.Length > 1))
        {
            Share(twins[0], twins.Skip(1));
        }

        return same.Zip(results).SelectMany(s => s.First.Select(m => (m.Job, Result: s.Second))).ToDictionary(r => r.Job, r => r.Result);
    }

    // Steps that someone rewinds to.
    private static int[] Early(IEnumerable<TicketMember> members) =>
        [.. members.Where(m => m.Job is { Branch: TicketExperiment.Ticket, Level: 0 } && m.Experiment.Rewinding is { OfWeights: true, Step: > 0 }).Select(m => m.Experiment.Rewinding.Step).Distinct().Order()];

    private static void Share(TicketMember first, IEnumerable<TicketMember> others)
    {
        using var noGradient = no_grad();
        using var trained = TicketSnapshot.Of(first.Start.Net, first.Start.LastStep);
        foreach (var other in others)
        {
            trained.CopyTo(other.Start.Net);
        }
    }
}
