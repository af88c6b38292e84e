using System.Globalization;
using System.Text.Json.Nodes;

namespace Prunus.Lottery.Strong;

/// <summary>What a strong ticket says of the way it was made.</summary>
public sealed class StrongNotes
{
    private const string WeightsKey = "weights", TargetKey = "target_digest", DigestKey = "digest", EpsilonKey = "epsilon", OfKey = "epsilon_of", ScaleKey = "scale", ChoiceKey = "choice";
    private readonly JsonObject _metadata;
    private readonly string _subject;

    /// <param name="ticket">The ticket.</param>
    /// <param name="subject">What errors name: its file.</param>
    /// <exception cref="PrunusInputException">It does not say.</exception>
    public StrongNotes(StrongTicket ticket, string subject)
    {
        (_metadata, _subject) = (ticket.Metadata, subject);
        (Weights, TargetDigest, Digest, Scale, Choice) = (Text(WeightsKey), Text(TargetKey), Text(DigestKey), Text(ScaleKey), Text(ChoiceKey));
        Epsilon = double.TryParse(Text(EpsilonKey), NumberStyles.Float, CultureInfo.InvariantCulture, out var epsilon) && epsilon > 0 ? epsilon : throw Missing(EpsilonKey);
        Of = !ticket.Metadata.ContainsKey(OfKey) ? EpsilonOf.Scaled : Enum.TryParse<EpsilonOf>(Text(OfKey), ignoreCase: true, out var of) && Enum.IsDefined(of) ? of : throw Missing(OfKey);
    }

    /// <summary>Where the target's weights lay.</summary>
    public string Weights { get; }

    /// <summary>Digest of the target's weights (<see cref="StrongWeights.Digest"/>).</summary>
    public string TargetDigest { get; }

    /// <summary>Digest of the ticket's net.</summary>
    public string Digest { get; }

    /// <summary>ε.</summary>
    public double Epsilon { get; }

    /// <summary>Whose weights ε is the error of; tickets that do not say so come from before it could be the target's.</summary>
    public EpsilonOf Of { get; }

    /// <summary>What the target was divided by.</summary>
    public string Scale { get; }

    /// <summary>Which subsets were taken.</summary>
    public string Choice { get; }

    /// <summary>Writes all that into a ticket.</summary>
    internal static void Write(StrongTicket ticket, StrongOptions options, string weights, string targetDigest)
    {
        ticket.Metadata[WeightsKey] = weights;
        ticket.Metadata[TargetKey] = targetDigest;
        ticket.Metadata[DigestKey] = StrongWeights.Digest(ticket.Config, StrongWeights.Of(ticket));
        ticket.Metadata[EpsilonKey] = options.Epsilon.ToString("R", CultureInfo.InvariantCulture);
        ticket.Metadata[OfKey] = options.Of.ToString().ToLowerInvariant();
        ticket.Metadata[ScaleKey] = options.Scale.ToString().ToLowerInvariant();
        ticket.Metadata[ChoiceKey] = options.Choice.ToString().ToLowerInvariant();
    }

    private string Text(string key) => _metadata[key] is JsonValue v && v.TryGetValue<string>(out var text) && text.Length > 0 ? text : throw Missing(key);

    private PrunusInputException Missing(string key) => new(_subject, $"does not say its '{key}'", "make it with 'prunus strong compile'");
}
