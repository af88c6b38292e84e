using Prunus.Decoders;
using Prunus.Pruning;
using Prunus.Runs;

namespace Prunus.Shrinking;

/// <summary>What a shrink run leaves to be read: table, curves, picture of the cut, samples.</summary>
internal static class ShrinkRecord
{
    public static Record Make(ShrinkOptions options, RunIdentity identity, DecoderConfig donor, PruningPlan plan, IReadOnlyList<ModelMeasures> models, string prompt, HealingOptions healing)
    {
        var (before, after) = (models[0], models.First(m => m.Name == "distilled"));
        return new Record
        {
            Verb = "shrink",
            Title = FormattableString.Invariant($"{donor.Family} decoder, {before.Parameters / 1e6:F2} M → {after.Parameters / 1e6:F2} M parameters"),
            Options = (System.Text.Json.Nodes.JsonObject)identity.Options.DeepClone(),
            Seeds = [options.Seed],
            Metrics = TrainRecord.WithEpochs(after, new OrderedDictionary<string, Metric>
            {
                ["loss"] = new(after.Loss, Unit: "nats/token"),
                ["perplexity"] = new(Math.Exp(after.Loss)),
                ["parameters"] = new(after.Parameters),
                ["bytes"] = new(after.Bytes),
                ["keep_share"] = new((double)after.Parameters / before.Parameters),
                ["tokens"] = new((double)healing.Steps * healing.Batch!.Value * healing.Block!.Value),
                ["gap_closed_share"] = new(GapClosed(models)),
            }),
            Subjects = [.. models.Select(m => m.Subject)],
            Claims = Claims(models),
            Series = TrainRecord.Curves(models),
            Cut = Picture(donor, plan),
            Notes = options.Notes.Count > 0 ? options.Notes : null,
            Samples = [.. models.Select(m => new Sample(m.Name, prompt, m.Sample))],
            Artefacts = [new("model.safetensors", "weights"), new("plan.json", "what was kept"), new("scores.safetensors", "importance scores")],
        };
    }

    // Paired over held-out windows: one run has one seed, so the interval speaks of the text, not of seeds.
    private static IReadOnlyList<Claim> Claims(IReadOnlyList<ModelMeasures> models)
    {
        var distilled = models.First(m => m.Name == "distilled");
        return [.. models.Where(m => m.Name is "pruned" or "from scratch").Select(other =>
        {
            var gains = other.WindowLosses.Zip(distilled.WindowLosses, (o, d) => o - d).ToArray();
            var mean = gains.Average();
            var error = Math.Sqrt(gains.Sum(g => (g - mean) * (g - mean)) / Math.Max(1, gains.Length - 1) / gains.Length);
            return Claim.Above(
                $"distilled-beats-{other.Name.Replace(' ', '-')}", $"distilled has a lower held-out loss than {other.Name} (nats/token, 95 % over held-out windows)",
                0, other.Loss - distilled.Loss, mean - (1.96 * error), mean + (1.96 * error));
        })];
    }

    /// <summary>Share of the loss that pruning cost and training brought back.</summary>
    public static double GapClosed(IReadOnlyList<ModelMeasures> models)
    {
        var (donor, pruned, distilled) = (models[0].Loss, models[1].Loss, models[2].Loss);
        return pruned > donor ? (pruned - distilled) / (pruned - donor) : 0;
    }

    private static CutPicture Picture(DecoderConfig donor, PruningPlan plan)
    {
        var kept = plan.Resolve(donor);
        return new CutPicture(donor.Hidden, kept.Shape.Hidden, [.. donor.Layers.Select((layer, i) =>
        {
            var stays = kept.Layers.Contains(i);
            return new LayerCut(
                stays, layer.Ffn, stays ? Count(Axis.Ffn, i, layer.Ffn) : 0, layer.QueryHeads, stays ? Count(Axis.QueryHeads, i, layer.QueryHeads) : 0,
                layer.KvGroups, stays ? Count(Axis.KvGroups, i, layer.KvGroups) : 0);
        })]);

        int Count(Axis axis, int layer, int all) => kept.On(axis, layer)?.Count ?? all;
    }
}
