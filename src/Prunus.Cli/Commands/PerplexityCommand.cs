using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;
using Prunus.Checkpoints;
using Prunus.Cli.Options;
using Prunus.Cli.Views;
using Prunus.Datasets;
using Prunus.Evaluation;
using Prunus.Native;
using Prunus.Reports;
using Prunus.Runs;
using Prunus.Tokenizers;

namespace Prunus.Cli.Commands;

/// <summary><c>prunus perplexity CKPT --text F</c>: loss of a model on a text.</summary>
internal static class PerplexityCommand
{
    private static readonly Option<int> Windows = ParsedOption.Create<int>("--windows", "K", "Looks at the first K windows only.", ParsedOption.Count(1));
    private static readonly Option<int> Stride = ParsedOption.Create<int>("--stride", "N", "Rolling windows as lm-evaluation-harness: N new tokens each, the rest is context.", ParsedOption.Count(1));
    private static readonly Option<int> Batch = ParsedOption.Create("--batch", "N", "Windows evaluated together.", ParsedOption.Count(1, 4096), 1);

    public static Verb Create() => new("perplexity", "Measures loss and perplexity on a text: one string, tokenised once; windows do not overlap, the first token of each is not predicted.")
    {
        Arguments = { SharedOptions.Checkpoint },
        Options = { SharedOptions.Text, SharedOptions.Window, Windows, Stride, Batch, SharedOptions.Dtype },
        Examples = ["perplexity ./my-model --text heldout.txt", "perplexity model.gguf --text wikitext2.txt.br --window 1024 --windows 6"],
        Run = Run,
    };

    private static int Run(VerbContext context)
    {
        var path = context.Need(SharedOptions.Text);
        var options = new PerplexityOptions
        {
            Window = context.Required(SharedOptions.Window),
            Windows = context.Given(Windows) ? context.Value(Windows) : null,
            Stride = context.Given(Stride) ? context.Value(Stride) : null,
            Batch = context.Required(Batch),
        };
        options.Validate();
        using var checkpoint = Checkpoint.Open(context.Value(SharedOptions.Checkpoint));
        var tokenizer = Tokenizer.FromFiles(checkpoint.CarriedFiles, checkpoint.Location);
        var text = TextFile.ReadAll(path);
        var tokens = tokenizer.Encode(text, parseSpecial: true, addSpecial: false);
        var bytes = CoveredBytes(text, tokens, tokenizer, options);
        if (options.Stride is not null && (tokenizer.BosId ?? tokenizer.EosId) is { } prefix)
        {
            tokens = [prefix, .. tokens];
        }

        using var decoder = TensorSetup.Load(context, checkpoint);
        var result = Measure(context, decoder, tokens, options);
        Write(context, result, result.BitsPerByte(bytes));
        return ExitCode.Done;
    }

    private static PerplexityResult Measure(VerbContext context, Decoders.Decoder decoder, int[] tokens, PerplexityOptions options)
    {
        using var progress = context.StartProgress();
        return Perplexity.Measure(decoder, tokens, options,
            (done, all) => progress.Report(new ProgressUpdate("perplexity", done, all, MemoryBytes: MemoryUse.CurrentBytes)), context.Cancellation);
    }

    private static void Write(VerbContext context, PerplexityResult result, double bitsPerByte)
    {
        if (context.Json)
        {
            context.WriteJson(new JsonObject
            {
                ["schema"] = "prunus-perplexity/1",
                ["tokens"] = result.Tokens,
                ["windows"] = result.Windows,
                ["loss"] = result.MeanLoss,
                ["perplexity"] = result.Perplexity,
                ["bits_per_byte"] = bitsPerByte,
            });
            return;
        }

        TableView.Write(context.Terminal, new Table(["tokens", "windows", "loss (nats/token)", "perplexity", "bits/byte"],
            [[NumberText.Grouped(result.Tokens), $"{result.Windows}", FormattableString.Invariant($"{result.MeanLoss:0.000000}"), FormattableString.Invariant($"{result.Perplexity:0.0000}"), NumberText.Value(bitsPerByte)]]));
    }

    // Of a text that is only begun, the bytes that the windows' tokens stand for.
    private static long CoveredBytes(string text, int[] tokens, Tokenizer tokenizer, PerplexityOptions options)
    {
        var covered = options.Windows is { } windows ? options.Window + ((windows - 1L) * (options.Stride ?? options.Window)) : long.MaxValue;
        return covered >= tokens.Length ? Encoding.UTF8.GetByteCount(text) : Encoding.UTF8.GetByteCount(tokenizer.Decode(tokens.AsSpan(0, (int)covered)));
    }
}
