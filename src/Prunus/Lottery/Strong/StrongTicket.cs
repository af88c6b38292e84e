using System.Text.Json.Nodes;
using Prunus.Lottery.Masks;
using Prunus.Lottery.Tickets;
using Prunus.Vision;

namespace Prunus.Lottery.Strong;

/// <summary>A subnetwork of a random net that computes nearly what a trained net does: seed and law of the random numbers, and masks on the first layer of every pair. What is kept of
/// second layers follows from the law: the blocks on their diagonals.</summary>
public sealed class StrongTicket
{
    private const string Suffix = "/strong-", ScalesKey = "scales", Remedy = "compile it again";
    private const int LargestExponent = 64;

    // Millions of random numbers are drawn for them.
    private readonly Lazy<IReadOnlyDictionary<string, double[]>> _sums, _magnitudes;

    /// <param name="config">The target's architecture.</param>
    /// <param name="law">Law of the random numbers.</param>
    /// <param name="samples">n: random numbers for every weight.</param>
    /// <param name="seed">Seed of the random net.</param>
    /// <param name="exponents">log2 of what each layer was divided by (<see cref="TargetScale"/>).</param>
    /// <param name="masks">On U and its bias, for every layer.</param>
    /// <param name="metadata">Anything else worth keeping.</param>
    public StrongTicket(VisionConfig config, SamplingLaw law, int samples, long seed, IReadOnlyList<int> exponents, MaskSet masks, JsonObject? metadata = null)
    {
        (Config, Law, Samples, Seed, Exponents, Masks, Metadata) = (config, law, samples, seed, exponents, masks, metadata ?? []);
        Layers = StrongLayer.Of(config);
        _sums = new(() => StrongWeights.Summed(this, (value, _) => value));
        _magnitudes = new(() => StrongWeights.Summed(this, (_, magnitude) => magnitude));
    }

    public VisionConfig Config { get; }

    public SamplingLaw Law { get; }

    /// <summary>n: random numbers for every weight.</summary>
    public int Samples { get; }

    public long Seed { get; }

    /// <summary>log2 of what each layer was divided by.</summary>
    public IReadOnlyList<int> Exponents { get; }

    public MaskSet Masks { get; }

    public JsonObject Metadata { get; }

    /// <summary>The target's layers.</summary>
    public IReadOnlyList<StrongLayer> Layers { get; }

    /// <summary>As <see cref="StrongWeights.Of(StrongTicket)"/>.</summary>
    internal IReadOnlyDictionary<string, double[]> Sums => _sums.Value;

    /// <summary>As <see cref="StrongWeights.Magnitudes"/>.</summary>
    internal IReadOnlyDictionary<string, double[]> Magnitudes => _magnitudes.Value;

    /// <summary>Weights and biases of the random net.</summary>
    public long RandomParameters => Layers.Sum(l => Random(l).ParameterCount);

    /// <summary>Weights and biases of the target.</summary>
    public long TargetParameters => Layers.Sum(l => (long)l.Count + (l.HasBias ? l.Outputs : 0));

    /// <summary>Weights and biases of the random net that are kept: those the masks keep, and of second layers the weight of every filter that has any.</summary>
    public long Kept => Masks.Kept + (Law.HasSecondLayer ? Layers.Sum(UsedFilters) : 0);

    /// <summary>Notes how it was made, for <see cref="StrongNotes"/>.</summary>
    /// <param name="options">Options of the compilation.</param>
    /// <param name="weights">Where the target's weights lie.</param>
    /// <param name="targetDigest">Their digest (<see cref="StrongWeights.Digest"/>).</param>
    public void Describe(StrongOptions options, string weights, string targetDigest) => StrongNotes.Write(this, options, weights, targetDigest);

    /// <summary>The random layers of one of the target's.</summary>
    public RandomLayer Random(StrongLayer layer) => new(layer, Law, Samples, Seed);

    /// <summary>The subset of a weight, or with the number of weights as entry of the bias.</summary>
    public ulong Subset(StrongLayer layer, int output, int entry)
    {
        var subset = 0UL;
        var mask = Masks[entry == layer.Fan ? RandomLayer.FirstBias(layer) : RandomLayer.FirstWeight(layer)];
        for (var t = 0; t < Samples; t++)
        {
            var filter = (output * Samples) + t;
            subset |= mask[entry == layer.Fan ? filter : (filter * layer.Fan) + entry] ? 1UL << t : 0;
        }

        return subset;
    }

    /// <summary>Packs subsets as masks.</summary>
    internal static StrongTicket Of(VisionConfig config, StrongOptions options, IReadOnlyList<int> exponents, IEnumerable<CompiledLayer> layers) =>
        new(config, options.Law, options.Samples, options.Seed, exponents, new MaskSet(layers.SelectMany(l => Packed(l, options.Samples))));

    /// <summary>As a ticket, which a file can hold.</summary>
    public Ticket ToTicket()
    {
        var metadata = (JsonObject)Metadata.DeepClone();
        metadata[ScalesKey] = new JsonArray([.. Exponents.Select(e => (JsonNode)e)]);
        return new(VisionTicketNet.NameOf(Config) + Suffix + Samples, Law.Id, Seed, Masks, metadata: metadata);
    }

    /// <summary>Whether a ticket names a net inside a random one.</summary>
    public static bool Is(Ticket ticket) => ticket.Architecture.Contains(Suffix, StringComparison.Ordinal);

    /// <summary>From a ticket.</summary>
    /// <param name="ticket">The ticket.</param>
    /// <param name="subject">What errors name: its file.</param>
    /// <exception cref="PrunusInputException">It is no strong ticket, or its masks are not those of the net it names.</exception>
    public static StrongTicket From(Ticket ticket, string subject)
    {
        var cut = ticket.Architecture.LastIndexOf(Suffix, StringComparison.Ordinal);
        if (cut < 0 || !int.TryParse(ticket.Architecture.AsSpan(cut + Suffix.Length), out var samples) || samples is < 1 or > SubsetSums.SubsetSumSolver.LongestSample
            || TicketNets.Config(ticket.Architecture[..cut]) is not { } config)
        {
            throw new PrunusInputException(subject, $"is of '{ticket.Architecture}', no strong ticket", "make one with 'prunus strong compile'");
        }

        var (layers, metadata) = (StrongLayer.Of(config), (JsonObject)ticket.Metadata.DeepClone());
        var exponents = metadata[ScalesKey] is JsonArray a ? a.Select(e => e is JsonValue v && v.TryGetValue<int>(out var x) && x is >= 0 and <= LargestExponent ? x : -1).ToList() : [];
        Check(exponents.Count == layers.Count && exponents.TrueForAll(e => e >= 0), subject, $"has no '{ScalesKey}' for the {layers.Count} layers of {config.Id}");
        var expected = layers.SelectMany(l => Shapes(l, samples)).ToList();
        Check(expected.Select(e => e.Name).SequenceEqual(ticket.Masks.Names), subject, $"has masks on {string.Join(", ", ticket.Masks.Names.Take(4))} …, which are not those of {config.Id}");
        foreach (var (name, shape) in expected)
        {
            Check(ticket.Masks[name].Shape.SequenceEqual(shape), subject, $"has a mask '{name}' of [{string.Join(",", ticket.Masks[name].Shape)}] where {config.Id} with {samples} samples has [{string.Join(",", shape)}]");
        }

        metadata.Remove(ScalesKey);
        var law = SamplingLaw.All.FirstOrDefault(l => l.Id == ticket.Initialisation) ?? throw new PrunusInputException(subject, $"has the law '{ticket.Initialisation}', which is not known", Remedy);
        return new(config, law, samples, ticket.Seed, exponents, ticket.Masks, metadata);
    }

    private static IEnumerable<(string Name, IReadOnlyList<long> Shape)> Shapes(StrongLayer layer, int samples)
    {
        yield return (RandomLayer.FirstWeight(layer), RandomLayer.FirstShape(layer, samples));
        if (layer.HasBias)
        {
            yield return (RandomLayer.FirstBias(layer), [samples * layer.Shape[0]]);
        }
    }

    internal static IEnumerable<(string Name, Mask Mask)> Packed(CompiledLayer compiled, int samples)
    {
        var (layer, filter) = (compiled.Layer, compiled.Layer.Fan);
        yield return (RandomLayer.FirstWeight(layer), Mask.Where(RandomLayer.FirstShape(layer, samples),
            i => (compiled.Weights[(i / filter / samples * filter) + (i % filter)] >> (i / filter % samples) & 1) != 0));
        if (layer.HasBias)
        {
            yield return (RandomLayer.FirstBias(layer), Mask.Where([samples * layer.Shape[0]], i => (compiled.Biases[i / samples] >> (i % samples) & 1) != 0));
        }
    }

    private long UsedFilters(StrongLayer layer)
    {
        IEnumerable<int> used = Masks[RandomLayer.FirstWeight(layer)].KeptIndices().Select(i => i / layer.Fan), biases = layer.HasBias ? [.. Masks[RandomLayer.FirstBias(layer)].KeptIndices()] : [];
        return used.Concat(biases).Distinct().Count();
    }

    private static void Check(bool holds, string subject, string problem)
    {
        if (!holds)
        {
            throw new PrunusInputException(subject, problem, Remedy);
        }
    }
}
