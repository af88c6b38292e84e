namespace Prunus.Tokenizers;

/// <summary>Reads the <c>post_processor</c> of a tokenizer.json: the ids it puts around a single text.</summary>
internal static class PostProcessorReader
{
    public static (IReadOnlyList<int> Prefix, IReadOnlyList<int> Suffix) Read(JsonInput? source, IReadOnlyDictionary<int, string> tokens)
    {
        var (prefix, suffix) = (new List<int>(), new List<int>());
        foreach (var step in source is { } root ? Flatten(root) : [])
        {
            var (before, after) = ReadStep(step);
            if (before.Concat(after).FirstOrDefault(id => !tokens.ContainsKey(id), -1) is >= 0 and var absent)
            {
                throw step.Bad($"adds the id {absent}, which is no token");
            }

            prefix.InsertRange(0, before);
            suffix.AddRange(after);
        }

        return (prefix, suffix);
    }

    private static IEnumerable<JsonInput> Flatten(JsonInput source) =>
        source.Required("type").Text == "Sequence" ? source.Required("processors").Items().SelectMany(Flatten) : [source];

    private static (List<int> Before, List<int> After) ReadStep(JsonInput step)
    {
        switch (step.Required("type").Text)
        {
            case "ByteLevel":
                return ([], []);
            case "TemplateProcessing":
                return ReadTemplate(step);
            case "BertProcessing" or "RobertaProcessing":
                return ([PairedId(step.Required("cls"))], [PairedId(step.Required("sep"))]);
            case var other:
                throw step.Unsupported($"the post-processor '{other}'");
        }
    }

    private static (List<int> Before, List<int> After) ReadTemplate(JsonInput step)
    {
        var specials = step.Optional("special_tokens");
        var (before, after) = (new List<int>(), new List<int>());
        var texts = 0;
        foreach (var item in step.Required("single").Items())
        {
            if (item.Optional("SpecialToken") is { } special)
            {
                var name = special.Required("id").Text;
                var definition = specials?.Optional(name) ?? throw special.Bad($"names '{name}', which 'special_tokens' lacks");
                (texts == 0 ? before : after).AddRange(definition.Required("ids").Items().Select(id => id.Id));
            }
            else if (item.Required("Sequence").Required("id").Text == "A")
            {
                texts++;
            }
        }

        return texts == 1 ? (before, after) : throw step.Unsupported("a template for a single text that does not hold it once");
    }

    private static int PairedId(JsonInput pair) =>
        pair.Items().ToArray() is [_, var id] ? id.Id : throw pair.Bad("is no pair of token and id");
}
