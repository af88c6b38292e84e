using Prunus.Runs;

namespace Prunus.Shrinking;

/// <summary>What a training run leaves to be read.</summary>
internal static class TrainRecord
{
    public static Record Make(TrainOptions options, RunIdentity identity, IReadOnlyList<ModelMeasures> models, HealingOptions healing)
    {
        var trained = models[^1];
        return new Record
        {
            Verb = identity.Slug,
            Title = FormattableString.Invariant($"{(options.Teacher is null ? "trained" : "distilled")}, {trained.Parameters / 1e6:F2} M parameters"),
            Options = (System.Text.Json.Nodes.JsonObject)identity.Options.DeepClone(),
            Seeds = [options.Seed],
            Metrics = WithEpochs(trained, new OrderedDictionary<string, Metric>
            {
                ["loss"] = new(trained.Loss, Unit: "nats/token"),
                ["perplexity"] = new(Math.Exp(trained.Loss)),
                ["parameters"] = new(trained.Parameters),
                ["bytes"] = new(trained.Bytes),
                ["tokens"] = new((double)healing.Steps * healing.Batch!.Value * healing.Block!.Value),
            }),
            Subjects = [.. models.Select(m => m.Subject)],
            Series = Curves(models),
            Samples = [.. models.Select(m => new Sample(m.Name, "", m.Sample))],
            Artefacts = [new("model.safetensors", "weights")],
        };
    }

    /// <summary>Adds how often each text was gone through, and what of the teacher was left out.</summary>
    public static OrderedDictionary<string, Metric> WithEpochs(ModelMeasures trained, OrderedDictionary<string, Metric> metrics)
    {
        if (trained.DiscardedMass is { } mass)
        {
            metrics["teacher_discarded_mass"] = new Metric(mass);
        }

        foreach (var (name, epochs) in trained.Epochs)
        {
            metrics.TryAdd($"epochs of {name}", new Metric(epochs));
        }

        return metrics;
    }

    /// <summary>Training and held-out curves of the models that were trained.</summary>
    public static IReadOnlyList<Series> Curves(IReadOnlyList<ModelMeasures> models) =>
    [
        .. models.Where(m => m.Training.Count > 0).Select(m => new Series("training loss", m.Name, "step", "nats/token", [.. Enumerable.Range(1, m.Training.Count).Select(s => (double)s)], m.Training)),
        .. models.SelectMany(m => m.Terms.Select(t => new Series("loss terms", $"{m.Name}: {t.Name}", "step", "per token, unweighted", [.. Enumerable.Range(1, t.Values.Count).Select(s => (double)s)], t.Values))),
        .. models.Where(m => m.Evaluations.Count > 0).Select(m => new Series("held-out loss", m.Name, "step", "nats/token", [.. m.Evaluations.Select(e => e[0])], [.. m.Evaluations.Select(e => e[1])])),
    ];
}
