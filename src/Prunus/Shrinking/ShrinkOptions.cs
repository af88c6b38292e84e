using System.Text.Json.Nodes;
using Prunus.Checkpoints;
using Prunus.Pruning;

namespace Prunus.Shrinking;

/// <summary>The whole job: which donor, to what size, on which texts, healed how.</summary>
public sealed record ShrinkOptions
{
    /// <summary>Hugging Face folder or .gguf file.</summary>
    public required string Donor { get; init; }

    public required CorpusOptions Corpus { get; init; }

    /// <summary>Size to reach and scores to choose by; not used when <see cref="PlanFile"/> is given.</summary>
    public PruneOptions Prune { get; init; } = new();

    /// <summary>A plan to follow instead of scoring and planning; null = make one.</summary>
    public string? PlanFile { get; init; }

    /// <summary>Calibration sequences. The default is 64.</summary>
    public int CalibrationSequences { get; init; } = 64;

    /// <summary>Tokens of a calibration sequence. The default is 256.</summary>
    public int CalibrationLength { get; init; } = 256;

    public HealingOptions Healing { get; init; } = new();

    /// <summary>Also trains the same architecture from random weights on the same batches, for comparison. The default is false.</summary>
    public bool CompareWithScratch { get; init; }

    /// <summary>Text that every model continues, shown in the report; null = the beginning of the held-out text.</summary>
    public string? SamplePrompt { get; init; }

    /// <summary>Type of the weights written: F32, BF16 or F16; null = the donor's, BF16 where that is quantised.</summary>
    public ElementType? WriteAs { get; init; }

    /// <summary>Seed of data order, random importance and random weights. The default is 0.</summary>
    public long Seed { get; init; }

    /// <summary>Choices that were made for the user, one line each, for the record; no part of the run's identity. The default is none.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <exception cref="PrunusInputException">A value is out of range.</exception>
    public void Validate()
    {
        Healing.Validate();
        if (PlanFile is null)
        {
            Prune.Validate();
        }

        if (CalibrationSequences < 1 || CalibrationLength < 2)
        {
            throw new PrunusInputException("--calibration", "needs one sequence of two tokens or more", "correct the value");
        }
    }

    /// <summary>What makes this run the one it is.</summary>
    /// <param name="donorFingerprint">Identity of the donor's weights.</param>
    /// <param name="deviceType">cpu or cuda: their sums differ in the last bits.</param>
    public JsonObject ToJson(string donorFingerprint, string deviceType)
    {
        var json = Resolved(donorFingerprint, deviceType);
        if (SamplePrompt is { } prompt)
        {
            json["prompt"] = prompt;
        }

        return json;
    }

    private JsonObject Resolved(string donorFingerprint, string deviceType)
    {
        var pruning = PlanFile is null ? Prune.ToJson() : null;
        pruning?.Remove("target");
        pruning?.Remove("importance");
        var json = new JsonObject
        {
            ["donor"] = donorFingerprint[..16],
            ["device"] = deviceType,
            ["corpus"] = Corpus.ToJson(),
            ["plan"] = PlanFile is null ? Prune.Target.ToJson() : PruningPlan.Read(PlanFile).ToJson(),
            ["importance"] = PlanFile is null ? Prune.Importance : null,
            ["calibration"] = PlanFile is null ? $"{CalibrationSequences}x{CalibrationLength}" : null,
            ["healing"] = Healing.ToJson(),
            ["scratch"] = CompareWithScratch,
            ["write_as"] = WriteAs?.ToString(),
            ["seed"] = Seed,
        };
        if (pruning is { Count: > 0 })
        {
            json["pruning"] = pruning;
        }

        return json;
    }
}
