namespace Prunus.Tokenizers;

/// <summary>Reads the <c>decoder</c> of a tokenizer.json as makers of fresh steps.</summary>
internal static class DecoderReader
{
    public static IReadOnlyList<Func<DecodeStep>> Read(JsonInput? source) =>
        source is { } root ? [.. Flatten(root).Select(ReadStep)] : [() => new JoinStep()];

    private static IEnumerable<JsonInput> Flatten(JsonInput source) =>
        source.Required("type").Text == "Sequence" ? source.Required("decoders").Items().SelectMany(Flatten) : [source];

    private static Func<DecodeStep> ReadStep(JsonInput step)
    {
        switch (step.Required("type").Text)
        {
            case "ByteLevel":
                return () => new ByteLevelStep();
            case "ByteFallback":
                return () => new ByteFallbackStep();
            case "Fuse":
                return () => new FuseStep();
            case "Replace":
                var pattern = TextPattern.Read(step.Required("pattern"));
                var replacement = step.Required("content").Text;
                return () => new ReplaceStep(pattern, replacement);
            case "Strip":
                var content = step.Required("content").Text;
                var (start, stop) = (step.Required("start").Id, step.Required("stop").Id);
                return content.Length == 1
                    ? () => new StripStep(content[0], start, stop)
                    : throw step.Bad("has a 'content' of other than one character");
            case "Metaspace":
                var character = PreTokenizerReader.MetaspaceCharacter(step);
                var dropFirst = PreTokenizerReader.MetaspaceScheme(step) != MetaspacePrepend.Never;
                return () => new MetaspaceStep(character, dropFirst);
            case var other:
                throw step.Unsupported($"the decoder '{other}'");
        }
    }
}
