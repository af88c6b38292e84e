using System.Text.Json.Nodes;
using Prunus.Distillation;
using Prunus.Distillation.HiddenStates;
using Prunus.Training;

namespace Prunus.Shrinking;

/// <summary>How a student is trained: by distillation, by next-token loss, or both.</summary>
public sealed record HealingOptions
{
    /// <summary>Optimizer steps. The default is 200.</summary>
    public int Steps { get; init; } = 200;

    /// <summary>Step to end at for now, as <see cref="TrainerOptions.StopAt"/>; no part of what identifies the training. The default is null: the last.</summary>
    public int? StopAt { get; init; }

    /// <summary>Sequences in a step; null = 16 on a GPU, 4 on a CPU.</summary>
    public int? Batch { get; init; }

    /// <summary>Sequences that go through the models at once; null = the whole batch.</summary>
    public int? MicroBatch { get; init; }

    /// <summary>Tokens in a sequence; null = 512 on a GPU, 256 on a CPU.</summary>
    public int? Block { get; init; }

    /// <summary>Peak of the learning rate. The default is 5e-4.</summary>
    public double LearningRate { get; init; } = 5e-4;

    /// <summary>Steps of linear warm-up; null = a tenth of the steps, 20 at most.</summary>
    public int? Warmup { get; init; }

    /// <summary>Weight decay of AdamW. The default is 0.01.</summary>
    public double WeightDecay { get; init; } = 0.01;

    /// <summary>Loss that compares with the teacher's logits: <c>name</c> or <c>name:number</c> of <see cref="DistillationLosses"/>. The default is forward KL (Muralidharan et al. 2024, best practice 5).</summary>
    public string Loss { get; init; } = "forward-kl";

    /// <summary>Weight of the distillation loss. The default is 1.</summary>
    public double KlWeight { get; init; } = 1;

    /// <summary>Weight of the next-token loss. The default is 0: distillation alone (Muralidharan et al. 2024, best practice 5).</summary>
    public double CrossEntropyWeight { get; init; }

    /// <summary>Temperature τ of the distillation loss. The default is 1.</summary>
    public double Temperature { get; init; } = 1;

    /// <summary>Multiplies the distillation loss by τ². The default is false.</summary>
    public bool TauSquared { get; init; }

    /// <summary>Losses on hidden states beside the distillation loss; null = none. The default is null: worth it where depth falls by about half (Muralidharan et al. 2024, best practice 6).</summary>
    public HiddenStateOptions? HiddenStates { get; init; }

    /// <summary>Tuning of the teacher on the text; null = none. The default is null.</summary>
    public TeacherCorrectionOptions? TeacherCorrection { get; init; }

    /// <summary>
    /// Folder that keeps what the teacher says of each sequence (<see cref="Distillation.TeacherCache"/>), for other trainings on the same text; no part of what identifies the training.
    /// The default is null: the teacher is asked every time.
    /// </summary>
    public string? TeacherCache { get; init; }

    public Precision Precision { get; init; } = Precision.Auto;

    /// <summary>Steps between checkpoints that a repeated command resumes from; null = one a minute. The default is null.</summary>
    public int? SaveEvery { get; init; }

    /// <summary>Steps between evaluations on held-out text; 0 = only at the end. The default is 0.</summary>
    public int EvaluateEvery { get; init; }

    /// <summary>The options with what the device decides filled in.</summary>
    public HealingOptions For(bool gpu) => this with { Batch = Batch ?? (gpu ? 16 : 4), Block = Block ?? (gpu ? 512 : 256) };

    /// <summary>Whether some loss compares with a teacher.</summary>
    public bool NeedsTeacher => KlWeight > 0 || HiddenStates is not null;

    /// <summary>The same training without a teacher.</summary>
    public HealingOptions WithoutTeacher => this with { KlWeight = 0, CrossEntropyWeight = 1, HiddenStates = null, TeacherCorrection = null };

    internal IReadOnlyList<LogitLossTerm> Terms =>
    [
        .. KlWeight > 0 ? [new LogitLossTerm(DistillationLosses.Parse(Loss), KlWeight, Temperature, TauSquared)] : Array.Empty<LogitLossTerm>(),
        .. CrossEntropyWeight > 0 ? [new LogitLossTerm(DistillationLosses.CrossEntropy, CrossEntropyWeight)] : Array.Empty<LogitLossTerm>(),
    ];

    /// <exception cref="PrunusInputException">A value is out of range.</exception>
    public void Validate()
    {
        Require(DistillationLosses.Parse(Loss).NeedsTeacher, "--loss", $"{Loss} compares with no teacher: --ce W --kl 0 trains by it");
        Require(Steps >= 0, "--steps", "must be 0 or more");
        Require(Batch is null or > 0, "--batch", "must be 1 or more");
        Require(Block is null or > 1, "--block", "must be 2 or more");
        Require(double.IsFinite(KlWeight) && KlWeight >= 0, "--kl", "must be 0 or more");
        Require(double.IsFinite(CrossEntropyWeight) && CrossEntropyWeight >= 0, "--ce", "must be 0 or more");
        Require(KlWeight + CrossEntropyWeight > 0, "--ce", "and --kl are both 0, so there is no loss");
        Require(double.IsFinite(Temperature) && Temperature > 0, "--tau", "must be above 0");
        Require(double.IsFinite(LearningRate) && LearningRate > 0, "--lr", "must be above 0");
        HiddenStates?.Validate();
        TeacherCorrection?.Validate();
        Require(HiddenStates is not { Alpha: null } || KlWeight > 0, HiddenStateOptions.Flag, "has alpha=dynamic, which follows the distillation loss, and --kl is 0");
        Require(TeacherCache is null || (HiddenStates is null && TeacherCorrection is not { Along: true }), "--teacher-cache", "keeps a fixed teacher's last states alone: leave out hidden-state losses and correction along the way");
        Require(TeacherCorrection is null || NeedsTeacher, TeacherCorrectionOptions.Flag, "corrects a teacher that no loss looks at");
    }

    /// <summary>What identifies the training in a run's options; what came later is left out at its default.</summary>
    public JsonObject ToJson()
    {
        var json = Settings();
        if (KlWeight > 0 && DistillationLosses.Parse(Loss).Id is var loss && loss != DistillationLosses.ForwardKl.Id)
        {
            json["loss"] = loss;
        }

        if (HiddenStates is { } states)
        {
            json["hidden_states"] = states.ToJson();
        }

        if (TeacherCorrection is { } correction)
        {
            json["teacher_correction"] = correction.ToJson();
        }

        return json;
    }

    private JsonObject Settings() => new()
    {
        ["steps"] = Steps,
        ["batch"] = Batch,
        ["micro_batch"] = MicroBatch,
        ["block"] = Block,
        ["learning_rate"] = LearningRate,
        ["warmup"] = WarmupSteps,
        ["weight_decay"] = WeightDecay,
        ["kl"] = KlWeight,
        ["ce"] = CrossEntropyWeight,
        ["tau"] = Temperature,
        ["tau_squared"] = TauSquared,
        ["precision"] = Precision.ToString().ToLowerInvariant(),
        ["evaluate_every"] = EvaluateEvery,
    };

    internal int WarmupSteps => Warmup ?? Math.Clamp(Steps / 10, 1, 20);

    private static void Require(bool holds, string option, string problem)
    {
        if (!holds)
        {
            throw new PrunusInputException(option, problem, "correct the value");
        }
    }
}
