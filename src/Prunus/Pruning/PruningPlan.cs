using Prunus.Decoders;

namespace Prunus.Pruning;

/// <summary>
/// What stays of a donor: kept indices per axis, and what is done to the weights that stay. A JSON document (<c>prunus-plan/1</c>) that can be printed, diffed, written by hand and
/// applied to the donor it names. A null list keeps everything; lists are kept in the order they are given in.
/// </summary>
public sealed record PruningPlan
{
    /// <summary>Value of the <c>format</c> key.</summary>
    public const string Format = "prunus-plan/1";

    /// <summary>Where it was read from, for error messages.</summary>
    public string Subject { get; init; } = "plan";

    /// <summary>The donor it was made for, or null for any donor that it fits.</summary>
    public PlanDonor? Donor { get; init; }

    /// <summary>Channels of the residual stream, one list for the whole network.</summary>
    public IReadOnlyList<int>? Hidden { get; init; }

    /// <summary>MLP neurons, a list per donor layer (also of layers that go).</summary>
    public IReadOnlyList<IReadOnlyList<int>>? Ffn { get; init; }

    /// <summary>Query heads, a list per donor layer: the same number in every kept kv group, group after group.</summary>
    public IReadOnlyList<IReadOnlyList<int>>? QueryHeads { get; init; }

    /// <summary>Key-value heads, a list per donor layer; their query heads go with them.</summary>
    public IReadOnlyList<IReadOnlyList<int>>? KvGroups { get; init; }

    /// <summary>Donor layers that stay.</summary>
    public IReadOnlyList<int>? Layers { get; init; }

    /// <summary>Token ids, which number the student's tokens by their place in the list.</summary>
    public IReadOnlyList<int>? Vocab { get; init; }

    /// <summary>What heads that stay take in of heads that go, at most one entry for each layer.</summary>
    public IReadOnlyList<HeadMerge>? HeadMerges { get; init; }

    /// <summary>
    /// Factors on norm weights, by the norm's canonical name in the donor (<c>layers.3.norm_mlp_in</c>, <c>norm_final</c>). The factor is on what the norm
    /// multiplies by, also where the stored weight is less by one.
    /// </summary>
    public IReadOnlyDictionary<string, double>? NormScales { get; init; }

    /// <summary>Reads a plan file.</summary>
    /// <exception cref="PrunusInputException">The file is absent or no plan.</exception>
    public static PruningPlan Read(string path) => PlanReader.Read(path);

    /// <summary>Reads a plan from JSON text; <paramref name="subject"/> is what errors name.</summary>
    /// <exception cref="PrunusInputException">The text is no plan.</exception>
    public static PruningPlan Parse(string json, string subject = "plan") => PlanReader.Parse(System.Text.Encoding.UTF8.GetBytes(json), subject);

    /// <summary>Writes the plan file (to a temporary name, then moved).</summary>
    public void Write(string path) => PlanWriter.Write(this, path);

    /// <summary>The JSON document, one line per list.</summary>
    public string ToJson() => PlanWriter.ToJson(this);

    /// <summary>All lists spelled out for a donor, checked against it.</summary>
    /// <exception cref="PrunusInputException">An index is outside its axis, repeated, or the lists do not fit together.</exception>
    public KeptIndices Resolve(DecoderConfig donor) => KeptIndices.Of(this, donor);

    /// <summary>The architecture that is left of a donor.</summary>
    /// <exception cref="PrunusInputException">As <see cref="Resolve"/>.</exception>
    public DecoderConfig Resulting(DecoderConfig donor) => Resolve(donor).Resulting(donor);

    /// <summary>Refuses a donor other than the one the plan names.</summary>
    /// <exception cref="PrunusInputException">The fingerprints differ.</exception>
    public void CheckDonor(string fingerprint, string location)
    {
        if (Donor is { } donor && !donor.Fingerprint.Equals(fingerprint, StringComparison.OrdinalIgnoreCase))
        {
            throw new PrunusInputException(
                Subject,
                $"was made for another donor ({Short(donor.Fingerprint)}{(donor.Location is { } from ? $", {from}" : "")}; {location} is {Short(fingerprint)})",
                "plan again for this donor, or remove 'donor' from the plan to apply it by its indices alone");
        }
    }

    private static string Short(string fingerprint) => fingerprint.Length > 12 ? fingerprint[..12] : fingerprint;
}

/// <summary>The donor that a plan was made for.</summary>
/// <param name="Fingerprint"><see cref="Checkpoints.Checkpoint.Fingerprint"/>.</param>
/// <param name="Location">Where it lay; for people only.</param>
public sealed record PlanDonor(string Fingerprint, string? Location = null);
