namespace Prunus.Lottery.Experiments;

/// <summary>The trainings of a study in waves: those of a wave need only what earlier ones left, so they can run side by side.</summary>
public static class TicketWaves
{
    /// <summary>All trainings; a wave's long ones come first.</summary>
    public static IReadOnlyList<IReadOnlyList<TicketJob>> Of(TicketStudy study, IReadOnlyList<long> seeds) =>
    [
        .. (from experiment in study.Experiments
            from job in Jobs(experiment, seeds)
            group job by Wave(experiment, job) into wave
            orderby wave.Key
            select (IReadOnlyList<TicketJob>)[.. wave.OrderBy(j => j.Branch != TicketExperiment.Ticket)]),
    ];

    // A search for tickets trains every level on the way, also those that nobody asked to see. Level 0 finds the masks of others before it is trained, if it is.
    private static IEnumerable<TicketJob> Jobs(TicketExperiment experiment, IReadOnlyList<long> seeds)
    {
        var ticket = experiment is { FindsOwn: true, Cutting.Once: false } ? Enumerable.Range(0, experiment.Cutting.Levels[^1] + 1)
            : experiment.GivenTicket is not null || experiment is { Cutting.At: TicketMoment.Training, TrainsDense: false } ? experiment.Cutting.Levels : experiment.Cutting.Levels.Prepend(0).Distinct();
        ticket = ticket.Where(l => l == 0 || (experiment.TicketLevels?.Contains(l) ?? true));
        foreach (var seed in seeds)
        {
            foreach (var level in ticket)
            {
                yield return new TicketJob(experiment.Name, TicketExperiment.Ticket, level, seed, 0);
            }

            foreach (var (_, branch, replicates, level) in experiment.Cells().Where(c => c.Branch != TicketExperiment.Ticket))
            {
                for (var replicate = 0; replicate < replicates; replicate++)
                {
                    yield return new TicketJob(experiment.Name, branch, level, seed, replicate);
                }
            }
        }
    }

    // Masks of a level are there when the level before is trained (one-shot: when the dense net is). Two data orders are compared when the first has been trained.
    // Masks that are found during a training are there when it ends; it waits for nothing but its teacher.
    private static int Wave(TicketExperiment experiment, TicketJob job) => experiment.Cutting.At == TicketMoment.Training && job.Level > 0
        ? (experiment.Finds(job) ? 0 : 1) + (experiment.Training.Distil is null ? 0 : 1)
        : (experiment.Cutting.Once ? Math.Min(job.Level, 1) : job.Level) + (job.Branch == TicketBranch.DataOrder ? 1 : 0);
}
