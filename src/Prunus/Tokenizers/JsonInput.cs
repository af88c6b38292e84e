using System.Text.Json;

namespace Prunus.Tokenizers;

/// <summary>A value of a JSON file nobody vouches for: typed access whose failures name file and field.</summary>
internal readonly struct JsonInput
{
    private readonly JsonElement _element;
    private readonly string _file;
    private readonly string _field;

    private JsonInput(JsonElement element, string file, string field) => (_element, _file, _field) = (element, file, field);

    public JsonValueKind Kind => _element.ValueKind;

    /// <summary>Parses a file; keys given twice are refused.</summary>
    public static JsonInput Parse(byte[] utf8, string file)
    {
        try
        {
            var bytes = utf8.AsMemory(utf8.AsSpan().StartsWith("\uFEFF"u8) ? 3 : 0);
            using var document = JsonDocument.Parse(bytes, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 64 });
            return new(document.RootElement.Clone(), file, "");
        }
        catch (Exception cause) when (cause is JsonException or InvalidOperationException or FormatException)
        {
            throw new PrunusInputException(file, "is no valid JSON (" + cause.Message + ")", "get the file again from its publisher", cause);
        }
    }

    /// <summary>The error to throw about this value.</summary>
    public PrunusInputException Bad(string problem, string remedy = "get the file again from its publisher") =>
        new(_field.Length == 0 ? _file : $"{_file} ({_field})", problem, remedy);

    /// <summary>The error for what the file asks for and we do not do.</summary>
    public PrunusInputException Unsupported(string feature) =>
        Bad($"uses {feature}, which is not supported", "use a model with a byte-level or SentencePiece BPE tokenizer of a known form");

    /// <summary>A member, or null when it is absent or null.</summary>
    public JsonInput? Optional(string name)
    {
        if (Kind != JsonValueKind.Object)
        {
            throw Bad("is not an object");
        }

        return _element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? new(value, _file, Join(name)) : null;
    }

    public JsonInput Required(string name) => Optional(name) ?? throw Bad($"lacks '{name}'");

    public string Text
    {
        get
        {
            try
            {
                return Kind == JsonValueKind.String ? _element.GetString()! : throw Bad("is not a string");
            }
            catch (InvalidOperationException cause)
            {
                // Half a surrogate pair, escaped.
                throw new PrunusInputException($"{_file} ({_field})", "is no valid Unicode text", "get the file again from its publisher", cause);
            }
        }
    }

    /// <summary>Whether this is the number 0.</summary>
    public bool IsZero => Kind == JsonValueKind.Number && _element.TryGetDouble(out var value) && value == 0;

    public bool Flag => Kind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Bad("is neither true nor false"),
    };

    /// <summary>An integer in [0, 2^24), which holds every token id in use.</summary>
    public int Id => Kind == JsonValueKind.Number && _element.TryGetInt32(out var id) && id is >= 0 and < 1 << 24
        ? id
        : throw Bad("is no id from 0 to 16777215");

    public bool FlagOr(string name, bool absent) => Optional(name)?.Flag ?? absent;

    public string? TextOrNull(string name) => Optional(name)?.Text;

    public IEnumerable<JsonInput> Items()
    {
        if (Kind != JsonValueKind.Array)
        {
            throw Bad("is not an array");
        }

        var (element, file, field) = (_element, _file, _field);
        return element.EnumerateArray().Select((item, i) => new JsonInput(item, file, $"{field}[{i}]"));
    }

    public IEnumerable<(string Name, JsonInput Value)> Members()
    {
        if (Kind != JsonValueKind.Object)
        {
            throw Bad("is not an object");
        }

        var self = this;
        return Read();

        IEnumerable<(string, JsonInput)> Read()
        {
            foreach (var member in self._element.EnumerateObject())
            {
                string name;
                try
                {
                    name = member.Name;
                }
                catch (InvalidOperationException)
                {
                    throw self.Bad("has a key that is no valid Unicode text");
                }

                yield return (name, new(member.Value, self._file, self.Join(name)));
            }
        }
    }

    private string Join(string name) => _field.Length == 0 ? name : _field + "." + name;
}
