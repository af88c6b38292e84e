using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json.Nodes;
using Prunus.Lottery.Experiments.Materials;
using Prunus.Lottery.Experiments.Measures;
using Prunus.Lottery.Training;
using Prunus.Runs;
using Prunus.Vision;

namespace Prunus.Lottery.Experiments;

/// <summary>Trainings that are done as one batched model: of the same net, images and options, whatever their seeds, branches, levels and experiments. Those that would give the same are done once.</summary>
/// <param name="Members">One or more.</param>
[SuppressMessage("Naming", "CA1711", Justification = "A stack of nets, no collection")]
public sealed record TicketStack(IReadOnlyList<TicketJob> Members)
{
    private const string MembersKey = "members";

    /// <summary>Unique in a study; also a file name. That of the training where there is only one.</summary>
    public string Id { get; } = Members is [var only] ? only.Id : "stack-" + ContentHash.Of(string.Join('\n', Members.Select(m => m.Id)));

    /// <summary>The trainings of a wave as stacks, in the order of their first ones.</summary>
    /// <param name="study">The experiments.</param>
    /// <param name="wave">Trainings that need nothing of each other.</param>
    /// <param name="most">Most different trainings of a stack, by the name of the net; 1 = each by itself.</param>
    /// <param name="processes">Processes that shall have some to do.</param>
    public static IReadOnlyList<TicketStack> Of(TicketStudy study, IReadOnlyList<TicketJob> wave, Func<string, int> most, int processes)
    {
        var trainings = wave.GroupBy(job => SameTraining(Of(job), job), StringComparer.Ordinal).Select(group => group.ToArray());
        var alike = trainings.GroupBy(jobs => Settings(Of(jobs[0]), jobs[0]), StringComparer.Ordinal);
        return [.. alike.SelectMany(group => group.Chunk(Math.Clamp((group.Count() + processes - 1) / processes, 1, most(Of(group.First()[0]).Net)))).Select(jobs => new TicketStack([.. jobs.SelectMany(j => j)]))];

        TicketExperiment Of(TicketJob job) => study.Experiments.First(e => e.Name == job.Experiment);
    }

    /// <summary>
    /// Whether a kind of net on a GPU is better trained in stacks: written-out steps of an MLP take hardly more time for many nets than for one. Convolutions of many nets as one of many groups take
    /// longer than one after the other.
    /// </summary>
    /// <param name="net">Its name.</param>
    public static bool Pays(string net) => !StudyDecoder.Is(net) && !VisionNets.Named(net).Steps.Any(s => s is Convolution);

    public JsonObject ToJson() => Members is [var only] ? only.ToJson() : new JsonObject { [MembersKey] = new JsonArray([.. Members.Select(m => (JsonNode)m.ToJson())]) };

    public static TicketStack FromJson(JsonObject json) =>
        new([.. json[MembersKey] is JsonArray members ? members.Select(m => TicketJob.FromJson(m!.AsObject())) : [TicketJob.FromJson(json)]]);

    /// <summary>What a stack gave, as a job's result: of a single training its outcome.</summary>
    /// <param name="outcomes">Of each member.</param>
    /// <param name="warning">What went another way than it should have, or null.</param>
    public static JsonObject Result(IReadOnlyList<TicketOutcome> outcomes, string? warning)
    {
        var result = outcomes is [var only] ? only.ToJson() : new JsonObject { [MembersKey] = new JsonArray([.. outcomes.Select(o => (JsonNode)o.ToJson())]) };
        if (warning is not null)
        {
            result["warning"] = warning;
        }

        return result;
    }

    /// <summary>Reads what <see cref="Result"/> made.</summary>
    /// <exception cref="PrunusInputException">It is no such result.</exception>
    public (IReadOnlyList<TicketOutcome> Outcomes, string? Warning) Read(JsonObject result, string subject)
    {
        IReadOnlyList<TicketOutcome> outcomes = result[MembersKey] is JsonArray members
            ? [.. members.Select(m => TicketOutcome.FromJson(m as JsonObject ?? [], subject))] : [TicketOutcome.FromJson(result, subject)];
        return outcomes.Count == Members.Count ? (outcomes, result["warning"]?.GetValue<string>())
            : throw new PrunusInputException(subject, $"has outcomes of {outcomes.Count} trainings, not {Members.Count}", "delete it to compute it again");
    }

    /// <summary>Whether a training learns from a dense net too.</summary>
    internal static bool HasTeacher(TicketExperiment experiment, TicketJob job) => experiment.Training.Distil is not null && job.Level > 0;

    /// <summary>Equal where one training serves several jobs: dense nets of experiments that only cut, rewind or branch in different ways.</summary>
    internal static string SameTraining(TicketExperiment experiment, TicketJob job) =>
        job is { Branch: TicketExperiment.Ticket, Level: 0 } && experiment.TrainsDense && !experiment.Rewinding.OfState
            ? string.Create(CultureInfo.InvariantCulture, $"{job.Seed}|{experiment.Net}|{experiment.Data}|{experiment.Initialisation}|{Text(experiment.Training with { Distil = null })}")
            : job.Id;

    // A list prints its type.
    private static string Text(TicketTraining training) => $"{training with { Drops = [] }}|{string.Join(' ', training.Drops)}";

    // What the members of a stack have in common: all that the steps see but weights, masks and orders.
    private static string Settings(TicketExperiment experiment, TicketJob job)
    {
        if (experiment.Finds(job) || experiment.Rewinding.OfState || StudyDecoder.Is(experiment.Net))
        {
            // Cut as it goes, with a state of its own, or of a kind that has no stacks: by itself.
            return job.Id;
        }

        var (training, part) = (experiment.Training, TicketStart.Training(experiment, job));
        return string.Create(CultureInfo.InvariantCulture, $"{experiment.Net}|{experiment.Data}|{Text(training)}|{part.FirstStep}|{part.LastStep}|{part.Schedule}|{HasTeacher(experiment, job)}|{TicketBranch.Freezes(job.Branch)}");
    }
}
