using System.Text.Json.Nodes;
using Prunus.Checkpoints;
using Prunus.Pruning;

namespace Prunus.Shrinking;

/// <summary>Training of one model: from random weights (a config.json) or a checkpoint, with or without a teacher.</summary>
public sealed record TrainOptions
{
    /// <summary>Checkpoint to start from, or a config.json to start from random weights.</summary>
    public required string Start { get; init; }

    /// <summary>Folder or tokenizer.json, needed when <see cref="Start"/> is a config.json; null = the checkpoint's own.</summary>
    public string? Tokenizer { get; init; }

    /// <summary>Checkpoint to distil from; null = next-token loss alone.</summary>
    public string? Teacher { get; init; }

    /// <summary>Plan by which the start was cut from the teacher, for hidden-state losses; null = unknown.</summary>
    public string? PlanFile { get; init; }

    public required CorpusOptions Corpus { get; init; }

    public HealingOptions Healing { get; init; } = new();

    /// <summary>Standard deviation of random weights. The default is 0.02.</summary>
    public double InitialDeviation { get; init; } = 0.02;

    /// <summary>SPDX id of the licence of a model from random weights; null = none stated.</summary>
    public string? Licence { get; init; }

    /// <summary>Type of the weights written. The default is F32.</summary>
    public ElementType WriteAs { get; init; } = ElementType.F32;

    public long Seed { get; init; }

    /// <summary>Whether <see cref="Start"/> is a config.json.</summary>
    public bool FromRandom => Path.GetExtension(Start).Equals(".json", StringComparison.OrdinalIgnoreCase);

    /// <exception cref="PrunusInputException">A value is out of range or missing.</exception>
    public void Validate()
    {
        Healing.Validate();
        if (FromRandom && Tokenizer is null)
        {
            throw new PrunusInputException("--tokenizer", "is missing", "a config.json alone has no tokenizer: name a folder or tokenizer.json");
        }

        if (Healing.NeedsTeacher && Teacher is null)
        {
            throw new PrunusInputException("--teacher", "is missing", "distillation needs the checkpoint to learn from");
        }

        if (!(InitialDeviation > 0 && InitialDeviation < 10))
        {
            throw new PrunusInputException("--init-std", "must lie between 0 and 10", "0.02 is usual");
        }
    }

    /// <summary>What makes this run the one it is.</summary>
    public JsonObject ToJson(string start, string? teacher, string deviceType)
    {
        var json = Resolved(start, teacher, deviceType);
        if (PlanFile is { } plan)
        {
            json["plan"] = PruningPlan.Read(plan).ToJson();
        }

        return json;
    }

    private JsonObject Resolved(string start, string? teacher, string deviceType) => new()
    {
        ["start"] = start,
        ["teacher"] = teacher,
        ["device"] = deviceType,
        ["corpus"] = Corpus.ToJson(),
        ["healing"] = Healing.ToJson(),
        ["init_std"] = FromRandom ? InitialDeviation : null,
        ["write_as"] = WriteAs.ToString(),
        ["seed"] = Seed,
    };
}
