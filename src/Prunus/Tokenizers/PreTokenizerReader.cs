namespace Prunus.Tokenizers;

/// <summary>Reads the <c>pre_tokenizer</c> of a tokenizer.json.</summary>
internal static class PreTokenizerReader
{
    /// <summary>The cutting steps, and whether the last of them makes the vocabulary a byte-level one.</summary>
    public static (PreTokenizer? Steps, bool ByteLevel) Read(JsonInput? source)
    {
        if (source is not { } root)
        {
            return (null, false);
        }

        var steps = new List<PreTokenizer>();
        var byteLevel = false;
        foreach (var step in Flatten(root))
        {
            if (byteLevel)
            {
                throw step.Unsupported("a pre-tokenizer behind ByteLevel");
            }

            byteLevel = step.Required("type").Text == "ByteLevel";
            if (ReadStep(step) is { } read)
            {
                steps.Add(read);
            }
        }

        return (steps.Count switch { 0 => null, 1 => steps[0], _ => new SequencePreTokenizer(steps) }, byteLevel);
    }

    private static IEnumerable<JsonInput> Flatten(JsonInput source) =>
        source.Required("type").Text == "Sequence" ? source.Required("pretokenizers").Items().SelectMany(Flatten) : [source];

    private static PreTokenizer? ReadStep(JsonInput step)
    {
        switch (step.Required("type").Text)
        {
            case "ByteLevel":
                var words = step.FlagOr("use_regex", true) ? new ScannerPreTokenizer(PatternScanners.Gpt2) : null;
                return step.FlagOr("add_prefix_space", true) ? new PrefixSpacePreTokenizer(words) : words;
            case "Split":
                return ReadSplit(step);
            case "Digits":
                return new SplitPreTokenizer(
                    new CodePointPattern(c => CodePoints.IsNumber(c)),
                    step.FlagOr("individual_digits", false) ? SplitBehavior.Isolated : SplitBehavior.Contiguous);
            case "Punctuation":
                return new SplitPreTokenizer(
                    new CodePointPattern(CodePoints.IsPunctuation),
                    step.Optional("behavior") is { } behavior ? ReadBehavior(behavior) : SplitBehavior.Isolated);
            case "WhitespaceSplit":
                return new SplitPreTokenizer(new CodePointPattern(c => c < 0x10000 && CodePoints.IsSpace((char)c)), SplitBehavior.Removed);
            case "Whitespace":
                return new SplitPreTokenizer(new WordsPattern(), SplitBehavior.Removed, invert: true);
            case "CharDelimiterSplit":
                return new SplitPreTokenizer(new LiteralPattern(step.Required("delimiter").Text), SplitBehavior.Removed);
            case "Metaspace":
                return new MetaspacePreTokenizer(MetaspaceCharacter(step), MetaspaceScheme(step), step.FlagOr("split", true));
            case var other:
                throw step.Unsupported($"the pre-tokenizer '{other}'");
        }
    }

    private static PreTokenizer ReadSplit(JsonInput step)
    {
        var behavior = ReadBehavior(step.Required("behavior"));
        var pattern = step.Required("pattern");
        if (behavior == SplitBehavior.Isolated && pattern.TextOrNull("Regex") is { } regex && PatternScanners.Find(regex) is { } scanner)
        {
            return new ScannerPreTokenizer(scanner);
        }

        return new SplitPreTokenizer(TextPattern.Read(pattern), behavior, step.FlagOr("invert", false));
    }

    private static SplitBehavior ReadBehavior(JsonInput behavior) =>
        Enum.TryParse<SplitBehavior>(behavior.Text, out var value) && Enum.IsDefined(value) && !char.IsAsciiDigit(behavior.Text[0])
            ? value
            : throw behavior.Unsupported($"the split behaviour '{behavior.Text}'");

    /// <summary>The visible blank of a Metaspace step or decoder.</summary>
    public static char MetaspaceCharacter(JsonInput step) =>
        step.TextOrNull("replacement") is not { } text ? '▁' : text.Length == 1 ? text[0] : throw step.Bad("has a 'replacement' of other than one character");

    /// <summary>Its scheme: <c>prepend_scheme</c>, or <c>add_prefix_space</c> in older files.</summary>
    public static MetaspacePrepend MetaspaceScheme(JsonInput step) => step.TextOrNull("prepend_scheme") switch
    {
        null => step.FlagOr("add_prefix_space", true) ? MetaspacePrepend.Always : MetaspacePrepend.Never,
        "always" => MetaspacePrepend.Always,
        "first" => MetaspacePrepend.First,
        "never" => MetaspacePrepend.Never,
        var other => throw step.Unsupported($"the prepend scheme '{other}'"),
    };
}
