using System.Text.Json.Nodes;
using Prunus.Decoders;
using Prunus.Runs;

namespace Prunus.Search;

/// <summary>What a search leaves to be read: candidates in their order, losses and rank correlations over steps.</summary>
internal static class SearchRecord
{
    public static Record Make(SearchOptions options, RunIdentity identity, DecoderConfig donor, IReadOnlyList<Candidate> candidates, Ranking ranking)
    {
        var (order, final) = (ranking.Order, ranking.ByStep[^1]);
        var (whole, best) = (DecoderCost.Of(donor), candidates[order[0]]);
        var pareto = ParetoSet.Of([.. candidates.Select((c, i) => (IReadOnlyList<double>)[final[i], c.Parameters, c.FlopsPerToken])]);
        var healing = options.Healing.For(identity.Options["device"]!.GetValue<string>() == "cuda");
        return new Record
        {
            Verb = "search",
            Title = FormattableString.Invariant($"{donor.Family} decoder, {whole.Parameters / 1e6:F2} M parameters: {candidates.Count} architectures of about {options.Window(donor).Middle / 1e6:F2} M compared"),
            Options = (JsonObject)identity.Options.DeepClone(),
            Seeds = [options.Seed],
            Metrics = new OrderedDictionary<string, Metric>
            {
                ["loss"] = new(final[order[0]], Unit: "nats/token"),
                ["median_loss"] = new(Median(final), Unit: "nats/token"),
                ["parameters"] = new(best.Parameters),
                ["keep_share"] = new((double)best.Parameters / whole.Parameters),
                ["candidates"] = new(candidates.Count),
                ["steps"] = new(ranking.Steps[^1]),
                ["settled"] = new(ranking.Settled ? 1 : 0),
                ["tokens"] = new((double)candidates.Count * ranking.Steps[^1] * healing.Batch!.Value * healing.Block!.Value),
            },
            Subjects = [.. order.Select(i => new Subject(candidates[i].Name, new OrderedDictionary<string, double>
            {
                ["parameters"] = candidates[i].Parameters,
                ["parameters_non_embedding"] = candidates[i].NonEmbedding,
                ["flops_per_token"] = candidates[i].FlopsPerToken,
                ["loss_before"] = ranking.Losses[i][0],
                ["loss"] = final[i],
                ["pareto"] = pareto[i] ? 1 : 0,
            }))],
            Series =
            [
                .. order.Select(i => new Series("held-out loss", candidates[i].Name, "step", "nats/token", [.. ranking.Steps.Select(s => (double)s)], ranking.Losses[i])),
                .. candidates.Count < 2 ? [] : Correlations(ranking),
            ],
            Scatters = [new ScatterFigure("Loss and size", "parameters", "nats/token", [.. order.Select(i => new ScatterPoint(candidates[i].Name, pareto[i] ? "Pareto set" : "beaten", candidates[i].Parameters, final[i]))])],
            Artefacts = [new("plan.json", "the winner's plan"), new("ranking.json", "losses of every candidate"), new("scores.safetensors", "importance scores")],
        };
    }

    private static IEnumerable<Series> Correlations(Ranking ranking)
    {
        var rounds = ranking.ByStep;
        return
        [
            Curve("Kendall's tau with the ranking before", [.. ranking.Steps.Skip(1)], RankStability.Correlations(rounds)),
            Curve("Kendall's tau with the last ranking", ranking.Steps, [.. rounds.Select(r => RankCorrelation.Kendall(r, rounds[^1]))]),
            Curve("Spearman's rho with the last ranking", ranking.Steps, [.. rounds.Select(r => RankCorrelation.Spearman(r, rounds[^1]))]),
        ];

        static Series Curve(string name, IReadOnlyList<int> steps, IReadOnlyList<double> values) => new("rank correlation", name, "step", "correlation", [.. steps.Select(s => (double)s)], values);
    }

    private static double Median(IReadOnlyList<double> values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
