using System.Globalization;
using System.Text.Json;

namespace Prunus.Tokenizers;

/// <summary>
/// What the small files beside a tokenizer say: tokenizer_config.json, then special_tokens_map.json for names of tokens,
/// generation_config.json for ids.
/// </summary>
internal sealed class TokenizerSettings
{
    private readonly JsonInput? _config;
    private readonly JsonInput? _map;
    private readonly JsonInput? _generation;

    public TokenizerSettings(IReadOnlyDictionary<string, byte[]> files, string subject)
    {
        _config = Parse("tokenizer_config.json");
        _map = Parse("special_tokens_map.json");
        _generation = Parse("generation_config.json");

        JsonInput? Parse(string name) =>
            files.TryGetValue(name, out var bytes) ? JsonInput.Parse(bytes, Path.Combine(subject, name)) : null;
    }

    /// <summary>A flag of tokenizer_config.json, or null.</summary>
    public bool? Flag(string name) => _config?.Optional(name)?.Flag;

    /// <summary>Text of a named token (<c>bos_token</c> …), or null.</summary>
    public string? Token(string name) => Content(_config?.Optional(name)) ?? Content(_map?.Optional(name));

    /// <summary>Texts of all named special tokens.</summary>
    public IEnumerable<string> Tokens() =>
        new[] { "bos_token", "eos_token", "unk_token", "pad_token", "sep_token", "cls_token", "mask_token" }
            .Select(Token).OfType<string>().Distinct(StringComparer.Ordinal);

    /// <summary>Tokens that <c>added_tokens_decoder</c> of tokenizer_config.json lists, by id.</summary>
    public IEnumerable<SpecialToken> AddedTokens() =>
        (_config?.Optional("added_tokens_decoder")?.Members() ?? [])
        .Select(entry => new SpecialToken(
            int.TryParse(entry.Name, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id < 1 << 24 ? id : throw entry.Value.Bad("is not keyed by an id"),
            entry.Value.Required("content").Text,
            entry.Value.FlagOr("special", false))
        {
            LeftStrip = entry.Value.FlagOr("lstrip", false),
            RightStrip = entry.Value.FlagOr("rstrip", false),
            SingleWord = entry.Value.FlagOr("single_word", false),
        })
        .OrderBy(token => token.Id);

    /// <summary>The id of the token that begins a text: by name, else by generation_config.json.</summary>
    public int? Bos(Func<string, int?> idOf) =>
        Token("bos_token") is { } name ? idOf(name) : Ids("bos_token_id").Cast<int?>().FirstOrDefault();

    /// <summary>Ids of the tokens that end a text: the one by name first.</summary>
    public IReadOnlyList<int> Eos(Func<string, int?> idOf)
    {
        var named = Token("eos_token") is { } name ? idOf(name) : null;
        return [.. (named is { } id ? [id] : Array.Empty<int>()).Concat(Ids("eos_token_id")).Distinct()];
    }

    private IEnumerable<int> Ids(string name) => _generation?.Optional(name) is { } value
        ? value.Kind == JsonValueKind.Array ? value.Items().Select(item => item.Id) : [value.Id]
        : [];

    private static string? Content(JsonInput? token) => token is not { } value
        ? null
        : value.Kind == JsonValueKind.Object ? value.TextOrNull("content") : value.Text;
}
