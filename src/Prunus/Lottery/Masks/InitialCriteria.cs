using TorchSharp;

namespace Prunus.Lottery.Masks;

/// <summary>What masks are found from before training.</summary>
/// <param name="Net">A single net with its first weights.</param>
/// <param name="Inputs">A batch of images [N,C,H,W].</param>
/// <param name="Labels">Its classes [N], int64.</param>
/// <param name="Pools">How many weights stay.</param>
/// <param name="MinimumKeep">Highest-scored weights of each tensor that never go.</param>
/// <param name="Seed">Of random masks.</param>
public sealed record InitialMaskInput(ITicketNet Net, torch.Tensor Inputs, torch.Tensor Labels, IReadOnlyList<MaskPool> Pools, int MinimumKeep, long Seed);

/// <summary>A way to find masks before training.</summary>
/// <param name="Id">As users write it.</param>
/// <param name="Title">One line: the score whose lowest go, or how weights are spread.</param>
/// <param name="Paper">Where it comes from.</param>
/// <param name="Ranks">Whether weights are ranked once by scores, so that a minimum can be kept of each tensor.</param>
/// <param name="Find">The masks. Works on copies: the net stays as it is.</param>
public sealed record InitialCriterion(string Id, string Title, string Paper, bool Ranks, Func<InitialMaskInput, MaskSet> Find);

/// <summary>All ways to find masks before training: those of <see cref="MaskCriteria"/> that look at no trained weights, and those that are no score of a weight by itself. All keep
/// the counts asked for; random densities to within a weight a layer.</summary>
public static class InitialCriteria
{
    // Batch statistics, since that is how the net is going to train; running ones are at their first values still.
    private const bool Training = true;

    public static IReadOnlyList<InitialCriterion> All { get; } =
    [
        .. MaskCriteria.All.Where(c => c.Score is not null && !c.Needs.HasFlag(CriterionNeeds.Final)).Select(c => new InitialCriterion(c.Id, c.Title, c.Paper, true, i => Scored(c, i))),
        new("grasp", "wi · (H g): what keeps the gradient's flow stays", "Wang et al. 2020, arXiv 2002.07376", true,
            i => MaskCut.ToCounts(MaskSet.Full(i.Net.Tensors), Saliency.Grasp(i.Net, i.Inputs, i.Labels, Training), i.Pools, i.MinimumKeep).Masks),
        new("synflow", "|dR/dw · w|, R the flow through the net, anew in each of 100 passes; no data", "Tanaka et al. 2020, arXiv 2006.05467", false,
            i => SynFlow.Prune(i.Net, i.Inputs, i.Pools).Masks),
        new("random-uniform", "random, every layer with one density", "none", false, i => Spread(i, DensityKind.Uniform)),
        new("random-er", "random, densities of layers by Erdős-Rényi", "Mocanu et al. 2018, arXiv 1707.04780", false, i => Spread(i, DensityKind.ErdosRenyi)),
        new("random-erk", "random, densities of layers by Erdős-Rényi with kernels", "Evci et al. 2020, arXiv 1911.11134", false, i => Spread(i, DensityKind.ErdosRenyiKernel)),
    ];

    /// <summary>The criterion of an id.</summary>
    /// <exception cref="PrunusInputException">There is none.</exception>
    public static InitialCriterion Named(string id) => All.FirstOrDefault(c => c.Id == id)
        ?? throw new PrunusInputException("criterion", $"'{id}' cannot be had before training", $"use one of {string.Join(", ", All.Select(c => c.Id))}");

    private static MaskSet Scored(MaskCriterion criterion, InitialMaskInput input)
    {
        var gradients = criterion.Needs.HasFlag(CriterionNeeds.Gradient) ? Saliency.Gradients(input.Net, input.Inputs, input.Labels, Training) : null;
        var scores = input.Pools.SelectMany(p => p.Tensors).ToDictionary(t => t.Name, t => criterion.Scores(new CriterionValues(
            criterion.Needs.HasFlag(CriterionNeeds.Initial) ? MaskTensors.Floats(input.Net.Parameters[t.Name]) : [],
            [],
            gradients is null ? [] : Array.ConvertAll(gradients[t.Name], g => (float)g),
            criterion.Needs.HasFlag(CriterionNeeds.Random) ? RandomMasks.Uniform(t.Name, checked((int)t.ElementCount), input.Seed) : [])), StringComparer.Ordinal);
        return MaskCut.ToCounts(MaskSet.Full(input.Net.Tensors), scores, input.Pools, input.MinimumKeep).Masks;
    }

    private static MaskSet Spread(InitialMaskInput input, DensityKind kind)
    {
        TicketTensor[] layers = [.. input.Pools.SelectMany(p => p.Tensors)];
        var densities = LayerDensities.Of(layers, 1 - ((double)input.Pools.Sum(p => p.Kept) / layers.Sum(l => l.ElementCount)), kind);
        var drawn = RandomMasks.Of(layers, densities, input.Seed);
        return MaskSet.Full(input.Net.Tensors).Select((name, mask) => drawn.Covers(name) ? drawn[name] : mask);
    }
}
