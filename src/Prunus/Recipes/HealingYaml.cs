using Prunus.Distillation.HiddenStates;
using Prunus.Shrinking;
using Prunus.Training;

namespace Prunus.Recipes;

/// <summary>The <c>heal</c> mapping of a recipe.</summary>
internal static class HealingYaml
{
    /// <exception cref="PrunusInputException">A value is out of range.</exception>
    public static HealingOptions Read(YamlMap map)
    {
        var defaults = new HealingOptions();
        var options = defaults with
        {
            Steps = (map.Integer("steps") ?? 0) * (map.Integer("times") ?? 1),
            Batch = map.Integer("batch"),
            MicroBatch = map.Integer("micro_batch"),
            Block = map.Integer("block"),
            LearningRate = map.Real("lr") ?? defaults.LearningRate,
            Warmup = map.Integer("warmup"),
            WeightDecay = map.Real("weight_decay") ?? defaults.WeightDecay,
            KlWeight = map.Real("kl") ?? defaults.KlWeight,
            CrossEntropyWeight = map.Real("ce") ?? defaults.CrossEntropyWeight,
            Loss = map.Text("loss") ?? defaults.Loss,
            Temperature = map.Real("tau") ?? defaults.Temperature,
            TauSquared = map.Flag("tau_squared") ?? defaults.TauSquared,
            HiddenStates = map.Text("hidden_states") is { } states ? map.Checked("hidden_states", () => HiddenStateOptions.Parse(states)) : null,
            TeacherCorrection = map.Text("teacher_correction") is { } correction ? map.Checked("teacher_correction", () => TeacherCorrectionOptions.Parse(correction)) : null,
            Precision = Precise(map),
            EvaluateEvery = (map.Integer("evaluate_every") ?? 0) * (map.Integer("times") ?? 1),
        };
        map.Done();
        if (options.EvaluateEvery > 0 && options.Steps % options.EvaluateEvery != 0)
        {
            throw map.Fault("evaluate_every", $"is {options.EvaluateEvery}, which does not divide {options.Steps} steps", "the last evaluation must be the end");
        }

        map.Checked("steps", () =>
        {
            options.Validate();
            return options;
        });
        return options;
    }

    private static Precision Precise(YamlMap map) => map.Text("precision") switch
    {
        null or "auto" => Precision.Auto,
        "f32" => Precision.Float32,
        "bf16" => Precision.BFloat16,
        var other => throw map.Fault("precision", $"is '{other}'", "use auto, f32 or bf16"),
    };
}
