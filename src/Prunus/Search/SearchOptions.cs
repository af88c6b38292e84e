using System.Text.Json.Nodes;
using Prunus.Decoders;
using Prunus.Pruning;
using Prunus.Shrinking;

namespace Prunus.Search;

/// <summary>A search: which donor, to what size, over which grid, ranked by which training.</summary>
public sealed record SearchOptions
{
    /// <summary>Hugging Face folder or .gguf file.</summary>
    public required string Donor { get; init; }

    public required CorpusOptions Corpus { get; init; }

    /// <summary>Share of the parameters that stays; null when <see cref="Parameters"/> says it.</summary>
    public double? Keep { get; init; }

    /// <summary>Number of parameters that stays.</summary>
    public long? Parameters { get; init; }

    /// <summary>The budget counts parameters outside embedding, positions and output head only. The default is false.</summary>
    public bool NonEmbedding { get; init; }

    /// <summary>Share of the budget that a candidate may be off. The default is 3 %.</summary>
    public double Tolerance { get; init; } = 0.03;

    /// <summary>Widths; each that is null is <see cref="SearchSpace.Default"/>'s.</summary>
    public SearchSpace Space { get; init; } = new();

    /// <summary>Also shapes that stock transformers does not load. The default is false.</summary>
    public bool AllowUnloadable { get; init; }

    /// <summary>Id of an importance method.</summary>
    public string Importance { get; init; } = "activation";

    public Aggregation Aggregation { get; init; } = Aggregation.Default;

    /// <summary>Calibration sequences. The default is 64.</summary>
    public int CalibrationSequences { get; init; } = 64;

    /// <summary>Tokens of a calibration sequence. The default is 256.</summary>
    public int CalibrationLength { get; init; } = 256;

    /// <summary>The training of every candidate, all on the same batches.</summary>
    public HealingOptions Healing { get; init; } = new() { Steps = 100 };

    /// <summary>Steps of a round, after which the candidates are ranked. The default is 20.</summary>
    public int RankEvery { get; init; } = 20;

    /// <summary>Kendall's τ between the rankings of two rounds from which on they count as the same. The default is 0.9.</summary>
    public double StableTau { get; init; } = 0.9;

    /// <summary>Rounds in a row that must rank like the one before for the search to end early; 0 = it never does. The default is 2.</summary>
    public int StableRounds { get; init; } = 2;

    /// <summary>Seed of data order and random importance. The default is 0.</summary>
    public long Seed { get; init; }

    /// <exception cref="PrunusInputException">A value is out of range.</exception>
    public void Validate()
    {
        Healing.Validate();
        Prune(1).Validate();
        Require(Keep is null != Parameters is null, "--keep", Keep is null ? "is missing, and so is --params" : "is given beside --params", "give one of the two, such as --keep 50%");
        Require(Keep is null or (> 0 and <= 1), "--keep", "is not above 0 % and at most 100 %", "give a share such as 50%");
        Require(Tolerance is >= 0 and < 1, "--tolerance", "is out of range", "give a share such as 3%");
        Require(Healing.Steps > 0, "--steps", "is 0, which ranks nothing", "give 1 or more");
        Require(RankEvery > 0, "--rank-every", "is below 1", "give 1 or more");
        Require(StableTau is > -1 and <= 1, "--stable", "is no rank correlation above -1", "give a number up to 1, such as 0.9");
        Require(StableRounds >= 0, "--stable-rounds", "is negative", "give 0 or more");
        Require(Healing.TeacherCorrection is null, TeacherCorrectionOptions.Flag, "is not done for each candidate of a search", "correct the teacher once with `prunus train` and search with that as the donor");
        Require(CalibrationSequences > 0 && CalibrationLength > 1, "--calibration", "needs one sequence of two tokens or more", "correct the value");
    }

    /// <summary>Sizes that a candidate of a donor may have.</summary>
    public ParameterWindow Window(DecoderConfig donor)
    {
        var cost = DecoderCost.Of(donor);
        return ParameterWindow.Around(Parameters ?? (long)Math.Round(Keep!.Value * (NonEmbedding ? cost.NonEmbedding : cost.Parameters)), Tolerance, NonEmbedding);
    }

    /// <summary>The grid with the default one's values where none are given.</summary>
    public SearchSpace SpaceOf(DecoderConfig donor)
    {
        var whole = SearchSpace.Default(donor);
        return Space == new SearchSpace() ? whole : Space with { Hidden = Space.Hidden ?? whole.Hidden, Ffn = Space.Ffn ?? whole.Ffn, Layers = Space.Layers ?? whole.Layers, RoundTo = whole.RoundTo };
    }

    /// <summary>How the donor is scored: to the whole of it, since each candidate has a shape of its own.</summary>
    internal PruneOptions Prune(int layers) => new() { Target = new PlanTarget { Layers = layers }, Importance = Importance, Aggregation = Aggregation };

    /// <summary>What makes this run the one it is.</summary>
    /// <param name="donor">The donor's architecture.</param>
    /// <param name="donorFingerprint">Identity of the donor's weights.</param>
    /// <param name="deviceType">cpu or cuda: their sums differ in the last bits.</param>
    public JsonObject ToJson(DecoderConfig donor, string donorFingerprint, string deviceType) => new()
    {
        ["donor"] = donorFingerprint[..16],
        ["device"] = deviceType,
        ["corpus"] = Corpus.ToJson(),
        ["keep"] = Keep,
        ["params"] = Parameters,
        ["non_embedding"] = NonEmbedding,
        ["tolerance"] = Tolerance,
        ["space"] = SpaceOf(donor).ToJson(),
        ["any_shape"] = AllowUnloadable,
        ["importance"] = Importance,
        ["aggregation"] = Aggregation.ToString(),
        ["calibration"] = $"{CalibrationSequences}x{CalibrationLength}",
        ["healing"] = Healing.ToJson(),
        ["rank_every"] = RankEvery,
        ["stable"] = StableTau,
        ["stable_rounds"] = StableRounds,
        ["seed"] = Seed,
    };

    private static void Require(bool holds, string option, string problem, string remedy)
    {
        if (!holds)
        {
            throw new PrunusInputException(option, problem, remedy);
        }
    }
}
