using Prunus.Lottery.Masks;

namespace Prunus.Lottery.Universal;

/// <summary>A compiled backbone, and how near its sums came.</summary>
/// <param name="Backbone">The backbone with its ticket.</param>
/// <param name="LargestError">Largest error of a sum of random products.</param>
public sealed record UniversalCompilation(UniversalBackbone Backbone, double LargestError);

/// <summary>
/// Finds a backbone inside a random net by masks alone (Burkholz, Laha, Mukherjee and Gotovos 2022, ICLR, "On the existence of universal lottery tickets"): every parameter of the univariate nets and of
/// the mixing layer is the sum of a few products of random weights.
/// </summary>
public static class UniversalCompiler
{
    private const double SumsOfEpsilon = 50;

    /// <param name="shape">The backbone.</param>
    /// <param name="seed">Seed of the random net.</param>
    /// <param name="options">Terms and candidates of a sum.</param>
    /// <param name="cancellation">Asked between numbers.</param>
    /// <exception cref="PrunusInputException">A number is out of range, or the given widths are too small.</exception>
    public static UniversalCompilation Compile(UniversalShape shape, long seed, TermOptions? options = null, CancellationToken cancellation = default)
    {
        var terms = options ?? new TermOptions();
        terms.Validate();
        terms = terms with { Enough = Math.Min(terms.Enough, shape.Epsilon / SumsOfEpsilon) };
        var resolved = shape.Resolved();
        var (pairs, functions, polynomial) = (UniversalTicket.PairsOf(resolved, seed), resolved.Functions(), resolved.Family == UniversalFamily.Polynomial);
        var (masks, largest) = (new List<(string, Mask)>(), 0.0);
        if (polynomial)
        {
            Add(UnivariatePruner.Prune(functions[0].Function, functions[0].Segments, 1, pairs[0], pairs[1], terms, cancellation));
        }

        Add(Mixed(pairs[polynomial ? 2 : 0], resolved.Features, polynomial ? -1 : 1, terms, cancellation));
        Add(UnivariatePruner.Prune(functions[^1].Function, functions[^1].Segments, polynomial ? -1 : 1, pairs[^2], pairs[^1], terms, cancellation));
        var set = new MaskSet(masks);
        var digest = new UniversalBackbone(new UniversalTicket(resolved, seed, set)).Digest();
        return new(new UniversalBackbone(new UniversalTicket(resolved, seed, set, digest)), largest);

        void Add((IReadOnlyList<(string, Mask)> Masks, double LargestError) found)
        {
            cancellation.ThrowIfCancellationRequested();
            masks.AddRange(found.Masks);
            largest = Math.Max(largest, found.LargestError);
        }
    }

    private static (IReadOnlyList<(string Name, Mask Mask)> Masks, double LargestError) Mixed(
        RandomPair pair, IReadOnlyList<UniversalFeature> features, int sign, TermOptions options, CancellationToken cancellation)
    {
        var pruner = new PairPruner(pair, sign, options);
        for (var k = 0; k < features.Count; k++)
        {
            for (var i = 0; i < pair.Inputs; i++)
            {
                cancellation.ThrowIfCancellationRequested();
                pruner.Weight(k, i, features[k].Powers[i]);
            }

            pruner.Bias(k, features[k].Shift);
        }

        return ([.. pruner.Masks()], pruner.LargestError);
    }
}
