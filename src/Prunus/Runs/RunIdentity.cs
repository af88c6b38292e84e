using System.Text.Json.Nodes;

namespace Prunus.Runs;

/// <summary>What makes a run this run: two runs with equal identity compute the same thing, and one resumes the other.</summary>
/// <param name="Slug">Short readable name, such as the verb: lower-case letters, digits and hyphens.</param>
/// <param name="Options">
/// Resolved options: every one that bears on the result, defaults filled in, files by fingerprint where there is one. Left out: where results go,
/// threads, verbosity. A new option must be left out at its default, or every old run loses its name.
/// </param>
public sealed record RunIdentity(string Slug, JsonObject Options)
{
    /// <summary>What a difference in an option means to a user, where its values say nothing: hashes of files.</summary>
    public IReadOnlyDictionary<string, string> Meanings { get; init; } = new Dictionary<string, string>();

    /// <summary>First 8 hex digits of the SHA-256 of the canonical options.</summary>
    public string Hash { get; } = ContentHash.Of(CanonicalJson.Write(Options), 8);

    /// <summary>Name of the run's folder.</summary>
    public string Name => $"{Slug}-{Hash}";

    /// <summary>The first option in which two identities differ, as <c>healing.steps is 30 there and 50 here</c>; null when they are equal.</summary>
    public string? DifferenceFrom(RunIdentity there)
    {
        if (Slug != there.Slug)
        {
            return $"it is a {there.Slug} run, not a {Slug} run";
        }

        return Meanings.Where(m => Text(there.Options, m.Key) != Text(Options, m.Key)).Select(m => m.Value).FirstOrDefault() ?? Difference(there.Options, Options, "");
    }

    // Whole values are compared, leaf by leaf; only what is shown is cut.
    private static string? Difference(JsonObject theirs, JsonObject ours, string prefix) =>
        theirs.Select(p => p.Key).Concat(ours.Select(p => p.Key)).Distinct().Order(StringComparer.Ordinal)
            .Select(name => theirs[name] is JsonObject there && ours[name] is JsonObject here
                ? Difference(there, here, $"{prefix}{name}.")
                : Text(theirs, name) is var a && Text(ours, name) is var b && a != b ? $"{prefix}{name} is {Shown(a)} there and {Shown(b)} here" : null)
            .FirstOrDefault(difference => difference is not null);

    private static string Text(JsonObject options, string name) =>
        options.TryGetPropertyValue(name, out var value) ? CanonicalJson.Write(value) : "not set";

    private static string Shown(string text) => text.Length <= 80 ? text : text[..77] + "...";
}
