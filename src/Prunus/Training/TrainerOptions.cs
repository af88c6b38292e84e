namespace Prunus.Training;

/// <summary>How long, on what amount of data per step, and how a training runs.</summary>
public sealed record TrainerOptions
{
    /// <summary>Optimizer steps in all.</summary>
    public required int Steps { get; init; }

    /// <summary>
    /// Step to end at before the last; evaluated and saved there, and a later call with a higher one goes on to the same bytes. Schedules follow
    /// <see cref="Steps"/>, and a checkpoint does not look at this. Default null = <see cref="Steps"/>.
    /// </summary>
    public int? StopAt { get; init; }

    /// <summary>Sequences in a step. Default 16.</summary>
    public int BatchSize { get; init; } = 16;

    /// <summary>Tokens in a sequence. Default 512.</summary>
    public int BlockLength { get; init; } = 512;

    /// <summary>Sequences that go through the model at once; gradients add up over the micro-batches of a step. Default null = the whole batch.</summary>
    public int? MicroBatch { get; init; }

    public CosineSchedule Schedule { get; init; } = new();

    public AdamWOptions AdamW { get; init; } = new();

    public Precision Precision { get; init; } = Precision.Auto;

    /// <summary>Where checkpoints are kept and looked for; null = none, so the run cannot resume.</summary>
    public string? CheckpointFolder { get; init; }

    /// <summary>Steps between checkpoints; 0 = only at the end and when cancelled. Default 100.</summary>
    public int SaveEvery { get; init; } = 100;

    /// <summary>
    /// Time between checkpoints beside <see cref="SaveEvery"/>; it stretches where writing takes more than a twentieth of it. Default null = none.
    /// When a checkpoint is written has no influence on the result.
    /// </summary>
    public TimeSpan? SaveInterval { get; init; }

    /// <summary>Steps between evaluations; 0 = none. Default 0.</summary>
    public int EvaluateEvery { get; init; }

    /// <summary>Steps between fetches of the metrics from a GPU (a CPU run reports every step). Default 10.</summary>
    public int LogEvery { get; init; } = 10;

    /// <summary>CPU threads; null = libtorch's setting. A resumed run takes that of its checkpoint, since it decides the order of sums.</summary>
    public int? Threads { get; init; }

    /// <summary>What else makes this run the one it is (donor, data, seed): a checkpoint of another identity is refused.</summary>
    public string Identity { get; init; } = "";

    /// <summary>Checks all values.</summary>
    /// <exception cref="PrunusInputException">Lists every fault.</exception>
    public void Validate() => OptionFaults.Throw("training options", Faults().Concat(Schedule.Faults()).Concat(AdamW.Faults()));

    private IEnumerable<string> Faults()
    {
        if (Steps < 1)
        {
            yield return $"steps {Steps} is below 1";
        }

        if (StopAt < 1)
        {
            yield return $"stop at {StopAt} is below 1";
        }

        if (BatchSize < 1)
        {
            yield return $"batch size {BatchSize} is below 1";
        }

        if (BlockLength < 2)
        {
            yield return $"block length {BlockLength} is below 2";
        }

        if (MicroBatch is < 1)
        {
            yield return $"micro-batch {MicroBatch} is below 1";
        }

        if (SaveEvery < 0)
        {
            yield return $"save every {SaveEvery} steps is negative";
        }

        if (EvaluateEvery < 0)
        {
            yield return $"evaluate every {EvaluateEvery} steps is negative";
        }

        if (LogEvery < 1)
        {
            yield return $"log every {LogEvery} steps is below 1";
        }

        if (Threads is < 1)
        {
            yield return $"{Threads} threads is below 1";
        }
    }
}
