namespace Prunus.Tokenizers;

/// <summary>Reads the <c>normalizer</c> of a tokenizer.json as a function on text.</summary>
internal static class NormalizerReader
{
    public static Func<string, string>? Read(JsonInput? source) => source is { } root ? ReadStep(root) : null;

    private static Func<string, string> ReadStep(JsonInput step)
    {
        switch (step.Required("type").Text)
        {
            case "Sequence":
                var steps = step.Required("normalizers").Items().Select(ReadStep).ToArray();
                return text => steps.Aggregate(text, (current, next) => next(current));
            case "NFC":
                return text => UnicodeNormalizer.Normalize(text, compatibility: false, compose: true);
            case "NFD":
                return text => UnicodeNormalizer.Normalize(text, compatibility: false, compose: false);
            case "NFKC":
                return text => UnicodeNormalizer.Normalize(text, compatibility: true, compose: true);
            case "NFKD":
                return text => UnicodeNormalizer.Normalize(text, compatibility: true, compose: false);
            case "Lowercase":
                return CodePoints.ToLower;
            case "Prepend":
                var prefix = step.Required("prepend").Text;
                return text => text.Length == 0 ? text : prefix + text;
            case "Replace":
                var pattern = TextPattern.Read(step.Required("pattern"));
                var content = step.Required("content").Text;
                return text => pattern.Replace(text, content);
            case "Strip":
                var (left, right) = (step.FlagOr("strip_left", true), step.FlagOr("strip_right", true));
                return text => (left, right) switch
                {
                    (true, true) => text.Trim(),
                    (true, false) => text.TrimStart(),
                    (false, true) => text.TrimEnd(),
                    _ => text,
                };
            case var other:
                throw step.Unsupported($"the normalizer '{other}'");
        }
    }
}
