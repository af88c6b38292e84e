using System.Text.Json.Nodes;
using Prunus.Lottery.Masks;
using Prunus.Lottery.Tickets;

namespace Prunus.Lottery.Universal;

/// <summary>A backbone as a subnetwork of a random net: shape, seed and masks. Any task is solved on its features by training one linear layer.</summary>
public sealed class UniversalTicket
{
    /// <summary>Law of the random numbers, as tickets name it.</summary>
    public const string Law = "uniform-2-1";

    private const string Prefix = "universal-", Remedy = "make it with 'prunus universal compile'";
    private const string InputsKey = "inputs", DegreeKey = "degree", EpsilonKey = "epsilon", ShiftsKey = "shifts", SegmentsKey = "segments", WidthsKey = "widths", DigestKey = "digest";

    /// <param name="shape">The backbone, resolved.</param>
    /// <param name="seed">Seed of the random net.</param>
    /// <param name="masks">On all weights and biases of the random net.</param>
    /// <param name="digest">Digest of the backbone as it was compiled (<see cref="UniversalBackbone.Digest"/>); null before it is known.</param>
    public UniversalTicket(UniversalShape shape, long seed, MaskSet masks, string? digest = null) => (Shape, Seed, Masks, Digest) = (shape, seed, masks, digest);

    public UniversalShape Shape { get; }

    public long Seed { get; }

    public MaskSet Masks { get; }

    /// <summary>Digest of the backbone as it was compiled.</summary>
    public string? Digest { get; }

    /// <summary>Pairs of random layers in the order of the pass.</summary>
    public IReadOnlyList<RandomPair> Pairs => PairsOf(Shape, Seed);

    /// <summary>Weights and biases of the random net.</summary>
    public long RandomParameters => Pairs.Sum(p => p.ParameterCount);

    /// <summary>Weights and biases that are kept.</summary>
    public long Kept => Masks.Kept;

    /// <summary>Parts of the net: log, mix, exp or mix, sin.</summary>
    public IReadOnlyList<string> Parts => [.. Pairs.Select(p => p.Name.Split('.')[0]).Distinct()];

    /// <summary>Kept weights and biases of some pairs, by the beginning of their names.</summary>
    public long KeptOf(string part) => Masks.Names.Where(n => n.StartsWith(part + ".", StringComparison.Ordinal)).Sum(n => (long)Masks[n].Kept);

    /// <summary>The same with hidden layers of no more neurons than there are segments: the smallest random net that holds the ticket.</summary>
    public long SmallestRandomParameters => Pairs.Sum(p => p.Name.EndsWith(".in", StringComparison.Ordinal) ? ((long)p.Width * (p.Inputs + 1)) + ((long)SegmentsOf(p) * (p.Width + 1))
        : p.Name.EndsWith(".out", StringComparison.Ordinal) ? ((long)p.Width * (SegmentsOf(p) + 1)) + p.Width + 1 : p.ParameterCount);

    /// <summary>What the published count of parameters before pruning is for polynomials of these widths: layers of these widths one after another, all weights between neighbours and a bias for every
    /// neuron (431,800 of 200, 200, 200, 500, 500). It leaves out the layers between, so that no such net holds the ticket. Null for Fourier series, whose 68,292 of 250, 250 is not explained by that.</summary>
    public long? PublishedCount => Shape.Family == UniversalFamily.Fourier ? null
        : Shape.Widths!.Sum(w => (long)w) + Shape.Widths!.Select((w, i) => (long)w * (i == 0 ? Shape.Inputs : Shape.Widths![i - 1])).Sum();

    /// <summary>The pairs of a shape: log.in, log.out, mix, exp.in, exp.out, or mix, sin.in, sin.out.</summary>
    internal static IReadOnlyList<RandomPair> PairsOf(UniversalShape shape, long seed)
    {
        var (widths, features) = (shape.Widths!, shape.Features.Count);
        var mixing = shape.Family == UniversalFamily.Polynomial ? 2 : 0;
        return
        [
            .. widths.Select((width, i) => i == mixing ? new RandomPair("mix", shape.Inputs, width, features, seed)
                : (i - mixing) is -2 or 1 ? new RandomPair($"{Part(i)}.in", 1, width, widths[i + 1], seed) : new RandomPair($"{Part(i)}.out", widths[i], width, 1, seed)),
        ];

        string Part(int i) => i < mixing ? "log" : mixing > 0 ? "exp" : "sin";
    }

    private static string Architecture(UniversalShape shape) => Prefix + shape.Family.ToString().ToLowerInvariant();

    private static JsonObject Notes(UniversalShape shape) => new()
    {
        [InputsKey] = shape.Inputs,
        [DegreeKey] = shape.Degree,
        [EpsilonKey] = shape.Epsilon,
        [ShiftsKey] = shape.Shifts,
        [SegmentsKey] = new JsonArray([.. shape.Segments!.Select(n => (JsonNode)n)]),
        [WidthsKey] = new JsonArray([.. shape.Widths!.Select(n => (JsonNode)n)]),
    };

    private int SegmentsOf(RandomPair pair) => Shape.Functions().First(f => pair.Name.StartsWith(f.Function.Id, StringComparison.Ordinal)).Segments;

    /// <summary>As a ticket, which a file can hold.</summary>
    public Ticket ToTicket()
    {
        var metadata = Notes(Shape);
        metadata[DigestKey] = Digest;
        return new(Architecture(Shape), Law, Seed, Masks, metadata: metadata);
    }

    /// <summary>A resolved shape in one line.</summary>
    internal static string Describe(UniversalShape shape) => $"{Architecture(shape)} {Notes(shape).ToJsonString()}";

    /// <summary>From a ticket.</summary>
    /// <param name="ticket">The ticket.</param>
    /// <param name="subject">What errors name: its file.</param>
    /// <exception cref="PrunusInputException">It is no universal ticket, or its masks are not those of the net it tells of.</exception>
    public static UniversalTicket From(Ticket ticket, string subject)
    {
        if (!ticket.Architecture.StartsWith(Prefix, StringComparison.Ordinal) || !Enum.TryParse<UniversalFamily>(ticket.Architecture[Prefix.Length..], ignoreCase: true, out var family) || ticket.Initialisation != Law)
        {
            throw new PrunusInputException(subject, $"is of '{ticket.Architecture}' with the law '{ticket.Initialisation}', no universal ticket", Remedy);
        }

        var metadata = ticket.Metadata;
        var shape = new UniversalShape(family, Value<int>(InputsKey), Value<int>(DegreeKey), Value<double>(EpsilonKey), Value<bool>(ShiftsKey), Numbers(SegmentsKey), Numbers(WidthsKey));
        try
        {
            shape.Validate();
        }
        catch (PrunusInputException e)
        {
            throw new PrunusInputException(subject, $"tells of a net whose {e.Subject.TrimStart('-')} {e.Problem}", Remedy, e);
        }

        var expected = PairsOf(shape, ticket.Seed).SelectMany(p => p.Tensors).ToList();
        if (!expected.Select(t => t.Name).SequenceEqual(ticket.Masks.Names) || expected.FirstOrDefault(t => !ticket.Masks[t.Name].Shape.SequenceEqual(t.Shape)).Name is not null)
        {
            throw new PrunusInputException(subject, "has masks that are not those of the net it tells of", Remedy);
        }

        return new(shape, ticket.Seed, ticket.Masks, Value<string>(DigestKey));

        T Value<T>(string key) => metadata[key] is JsonValue v && v.TryGetValue<T>(out var value) ? value : throw Missing(key);

        IReadOnlyList<int> Numbers(string key) => metadata[key] is JsonArray array && array.All(e => e is JsonValue v && v.TryGetValue<int>(out _)) ? [.. array.Select(e => e!.GetValue<int>())] : throw Missing(key);

        PrunusInputException Missing(string key) => new(subject, $"does not say its '{key}'", Remedy);
    }
}
