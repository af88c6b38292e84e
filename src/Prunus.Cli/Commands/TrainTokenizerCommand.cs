using System.CommandLine;
using Prunus.Cli.Options;
using Prunus.Datasets;
using Prunus.Runs;
using Prunus.Tokenizers;

namespace Prunus.Cli.Commands;

/// <summary><c>prunus train-tokenizer --text F --vocab N --out tokenizer.json</c>.</summary>
internal static class TrainTokenizerCommand
{
    private static readonly Option<string[]> Texts = new("--text") { Description = "Text to learn from; repeat for several.", HelpName = "FILE", Arity = ArgumentArity.OneOrMore, Required = true };
    private static readonly Option<int> Vocabulary = ParsedOption.Create("--vocab", "N", "Tokens in all.", ParsedOption.Count(257, 1 << 20), 2048);

    public static Verb Create() => new("train-tokenizer", "Trains a byte-level BPE tokenizer and writes its tokenizer.json.")
    {
        Options = { Texts, Vocabulary, SharedOptions.Out },
        Examples = ["train-tokenizer --text books.txt --vocab 2048 --out tokenizer.json"],
        Run = Run,
    };

    private static int Run(VerbContext context)
    {
        var output = context.Given(SharedOptions.Out) ? context.Value(SharedOptions.Out)! : throw new PrunusInputException("--out", "is missing", "name the tokenizer.json to write");
        var json = BpeTrainer.Train(context.Required(Texts).SelectMany(TextFile.ReadDocuments), context.Required(Vocabulary), cancellation: context.Cancellation);
        AtomicFile.Write(output, stream => stream.Write(json));
        context.Out.WriteLine(output);
        return ExitCode.Done;
    }
}
