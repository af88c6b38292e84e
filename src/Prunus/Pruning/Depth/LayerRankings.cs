namespace Prunus.Pruning;

/// <summary>A way to choose the layers that go.</summary>
/// <param name="Id">As in <c>--layers-by</c>.</param>
/// <param name="Title">One line for people.</param>
/// <param name="Paper">Where it comes from.</param>
/// <param name="Needs">What must be measured to remove so many of so many layers (removed, layers); empty where the calibration sweep suffices.</param>
/// <param name="Removed">Scores, name of the importance method's own layer scores, layers, number to remove → the layers that go.</param>
public sealed record LayerRanking(
    string Id, string Title, string Paper, Func<int, int, DepthOptions> Needs, Func<Scores, string, int, int, IEnumerable<int>> Removed)
{
    /// <summary>The layers that stay, in order, when <paramref name="keep"/> of <paramref name="layers"/> do.</summary>
    /// <param name="scores">Scores with what <see cref="Needs"/> says in them.</param>
    /// <param name="ownScores">Name of the importance method's own layer scores, <c>bi</c> by default.</param>
    /// <param name="layers">Layers of the donor.</param>
    /// <param name="keep">Layers that stay.</param>
    /// <exception cref="PrunusInputException">A score is missing.</exception>
    public int[] Kept(Scores scores, string ownScores, int layers, int keep)
    {
        int[] all = [.. Enumerable.Range(0, layers)];
        return keep == layers ? all : [.. all.Except(Removed(scores, ownScores, layers, layers - keep))];
    }
}

/// <summary>All ways to choose the layers that go.</summary>
public static class LayerRankings
{
    private const string Minitron = "Muralidharan et al. 2024, arXiv 2407.14679";
    private const string Practice = "Sreenivas et al. 2024, arXiv 2408.11796";

    public static IReadOnlyList<LayerRanking> All { get; } =
    [
        new("bi", "least Block Influence, each layer by itself (a control such as random: its own layer scores)", "Men et al. 2024, arXiv 2403.03853", (_, _) => new DepthOptions(),
            (scores, own, layers, removed) => Lowest(scores.Of(own, layers)).Take(removed)),
        new("ppl", "least loss without the layer, each layer by itself", Minitron, (_, _) => new DepthOptions { Loss = true },
            (scores, _, layers, removed) => Lowest(Of(scores, "ppl", layers, "ppl")).Take(removed)),
        new("greedy-ppl", "one layer after the other, each time the one whose loss is least without it", Minitron, (removed, _) => new DepthOptions { Greedy = removed }, Greedily),
        new("contiguous-bi", "the span of layers with the least Block Influence", "Men et al. 2024, arXiv 2403.03853", (_, _) => new DepthOptions { Distances = true }, Span("bi")),
        new("contiguous-ppl", "the span of layers with the least loss without it", Practice, (removed, _) => new DepthOptions { LossSpans = [removed] }, Span("ppl")),
        new("contiguous-angular", "the span of layers across which the last token turns least", "Gromov et al. 2024, arXiv 2403.17887", (_, _) => new DepthOptions { Distances = true }, Span("angular")),
    ];

    /// <summary>The ranking of an id.</summary>
    /// <exception cref="PrunusInputException">There is none.</exception>
    public static LayerRanking Named(string id) => All.FirstOrDefault(r => r.Id == id)
        ?? throw new PrunusInputException("--layers-by", $"'{id}' is no way to choose layers", $"known are {string.Join(", ", All.Select(r => r.Id))}");

    private static IEnumerable<int> Greedily(Scores scores, string own, int layers, int removed)
    {
        var order = Of(scores, "ppl.greedy", layers, $"greedy:{removed}");
        var measured = order.Count(step => step < layers);
        return measured >= removed ? Lowest(order).Take(removed)
            : throw new PrunusInputException("scores", $"tell {measured} layers to remove greedily, {removed} must go", $"score again with --depth greedy:{removed}");
    }

    private static Func<Scores, string, int, int, IEnumerable<int>> Span(string kind) => (scores, _, layers, removed) =>
        Enumerable.Range(Lowest(Of(scores, $"{kind}.span.{removed}", layers - removed + 1, kind == "ppl" ? $"ppl-spans:{removed}" : "spans")).First(), removed);

    private static IReadOnlyList<double> Of(Scores scores, string name, int count, string measure) => scores.Values.ContainsKey(name) ? scores.Of(name, count)
        : throw new PrunusInputException("scores", $"have no '{name}'", $"score again with --depth {measure}");

    // Of equal scores the lower index stays.
    private static IEnumerable<int> Lowest(IReadOnlyList<double> scores) => Enumerable.Range(0, scores.Count).OrderBy(i => scores[i]).ThenByDescending(i => i);
}
