using System.CommandLine;
using Prunus.Checkpoints;
using Prunus.Cli.Options;
using Prunus.Tokenizers;

namespace Prunus.Cli.Commands;

/// <summary><c>prunus tokenize X --jsonl F</c>: text to ids, or with <c>--decode</c> back, line by line.</summary>
internal static class TokenizeCommand
{
    private static readonly Argument<string> Source = new("X")
    {
        Description = "Checkpoint folder, .gguf, tokenizer.json, SentencePiece .model, or a folder with vocab.json | encoder.json and merges.txt | vocab.bpe.",
    };

    private static readonly Option<string> Lines = ParsedOption.Create<string>("--jsonl", "FILE", "JSON lines with 'text' (with --decode: 'ids').", ParsedOption.Text);
    private static readonly Option<bool> ParseSpecial = new("--parse-special") { Description = "Text that spells a special token becomes that token." };
    private static readonly Option<bool> AddSpecial = new("--add-special") { Description = "Adds what the tokenizer's template puts around a text (bos, eos)." };
    private static readonly Option<bool> Decode = new("--decode") { Description = "Reads 'ids', writes 'text'." };
    private static readonly Option<bool> SkipSpecial = new("--skip-special") { Description = "With --decode: leaves special tokens out." };

    public static Verb Create()
    {
        Lines.Required = true;
        return new("tokenize", "Turns JSON lines with text into token ids, or ids into text; one line out for each line in.")
        {
            Arguments = { Source },
            Options = { Lines, ParseSpecial, AddSpecial, Decode, SkipSpecial },
            Examples = ["tokenize ./my-model --jsonl texts.jsonl", "tokenize tokenizer.json --jsonl ids.jsonl --decode"],
            Run = Run,
        };
    }

    private static int Run(VerbContext context)
    {
        var tokenizer = Open(context.Value(Source));
        var decode = context.Value(Decode);
        foreach (var line in JsonLines.Read(context.Required(Lines)))
        {
            context.Cancellation.ThrowIfCancellationRequested();
            context.Out.WriteLine(decode
                ? JsonLines.TextLine(tokenizer.Decode(line.Ids("ids"), context.Value(SkipSpecial)))
                : JsonLines.IdsLine(tokenizer.Encode(line.Text("text"), context.Value(ParseSpecial), context.Value(AddSpecial))));
        }

        return ExitCode.Done;
    }

    private static Tokenizer Open(string path)
    {
        if (!path.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase))
        {
            return Tokenizer.Load(path);
        }

        using var checkpoint = Checkpoint.Open(path);
        return Tokenizer.FromFiles(checkpoint.CarriedFiles, path);
    }
}
