namespace Prunus.Lottery.Masks;

/// <summary>How random masks spread their weights over layers.</summary>
public enum DensityKind
{
    /// <summary>The same share everywhere.</summary>
    Uniform,

    /// <summary>In proportion to (in + out) / (in · out) (Mocanu et al. 2018, arXiv 1707.04780).</summary>
    ErdosRenyi,

    /// <summary>In proportion to (in + out + height + width) / (in · out · height · width) (Evci et al. 2020, arXiv 1911.11134).</summary>
    ErdosRenyiKernel,
}

/// <summary>Densities of layers at one sparsity of the whole net.</summary>
/// <param name="Density">Share of weights kept, by name, 0 to 1.</param>
/// <param name="Zeros">Weights pruned, by name: floor((1 - density) n).</param>
/// <param name="Clipped">Layers that had to be dense because their share would have exceeded 1.</param>
/// <param name="Epsilon">Factor between raw shares and densities.</param>
/// <param name="Passes">Times that epsilon was computed.</param>
public sealed record LayerDensities(
    IReadOnlyDictionary<string, double> Density, IReadOnlyDictionary<string, long> Zeros, IReadOnlyList<string> Clipped, double Epsilon, int Passes)
{
    /// <summary>
    /// Densities as in RigL's <c>get_sparsities_erdos_renyi</c>: with zeros = floor(sparsity n) for each layer, epsilon = (sum of n - zeros over open layers - sum of zeros over
    /// dense ones) / sum of raw n; while the largest raw epsilon exceeds 1, the layers that reach it become dense.
    /// </summary>
    /// <param name="layers">Prunable tensors in the order of the pass; others are skipped.</param>
    /// <param name="sparsity">Share of weights to prune, 0 to 1.</param>
    /// <param name="kind">How they are spread.</param>
    /// <param name="firstDense">The first layer is dense and outside the budget.</param>
    /// <exception cref="PrunusInputException">The sparsity is not in [0, 1), or dense layers leave no weight for the rest.</exception>
    public static LayerDensities Of(IEnumerable<TicketTensor> layers, double sparsity, DensityKind kind, bool firstDense = false)
    {
        if (!(sparsity is >= 0 and < 1))
        {
            throw new PrunusInputException("sparsity", $"{sparsity} is not in [0, 1)", "give the share of weights to prune");
        }

        var all = layers.Where(l => l.IsPrunable).ToList();
        var open = all.Skip(firstDense ? 1 : 0).ToList();
        var clipped = new HashSet<string>(StringComparer.Ordinal);
        for (var passes = 1; ; passes++)
        {
            var budget = open.Sum(l => clipped.Contains(l.Name) ? -Floor(sparsity, l) : l.ElementCount - Floor(sparsity, l));
            var free = open.Where(l => !clipped.Contains(l.Name)).ToList();
            var epsilon = free.Count == 0 ? 0 : budget / free.Sum(l => Raw(l, kind) * l.ElementCount);
            if (epsilon < 0 || (free.Count == 0 && budget < 0))
            {
                throw new PrunusInputException("sparsity", $"{sparsity} cannot be reached while {string.Join(", ", clipped)} stay dense", "lower it, or spread it uniformly");
            }

            var largest = free.Count == 0 ? 0 : free.Max(l => Raw(l, kind));
            if (kind == DensityKind.Uniform || largest * epsilon <= 1)
            {
                return Made(all, l => !open.Contains(l) || clipped.Contains(l.Name) ? 1 : kind == DensityKind.Uniform ? 1 - sparsity : epsilon * Raw(l, kind),
                    [.. all.Select(l => l.Name).Where(clipped.Contains)], epsilon, passes);
            }

            clipped.UnionWith(free.Where(l => Raw(l, kind) == largest).Select(l => l.Name));
        }
    }

    private static LayerDensities Made(List<TicketTensor> all, Func<TicketTensor, double> density, List<string> clipped, double epsilon, int passes)
    {
        var densities = all.ToDictionary(l => l.Name, density, StringComparer.Ordinal);
        return new(densities, all.ToDictionary(l => l.Name, l => (long)Math.Floor((1 - densities[l.Name]) * l.ElementCount), StringComparer.Ordinal), clipped, epsilon, passes);
    }

    private static double Floor(double sparsity, TicketTensor layer) => Math.Floor(sparsity * layer.ElementCount);

    private static double Raw(TicketTensor layer, DensityKind kind) => kind switch
    {
        DensityKind.ErdosRenyi => (double)(layer.Shape[0] + layer.Shape[1]) / (layer.Shape[0] * layer.Shape[1]),
        DensityKind.ErdosRenyiKernel => (double)layer.Shape.Sum() / layer.ElementCount,
        _ => 1,
    };
}
