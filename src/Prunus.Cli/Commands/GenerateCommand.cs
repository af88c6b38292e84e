using System.CommandLine;
using System.Text.Json.Nodes;
using Prunus.Checkpoints;
using Prunus.Cli.Options;
using Prunus.Evaluation;
using Prunus.Tokenizers;

namespace Prunus.Cli.Commands;

/// <summary><c>prunus generate CKPT --prompt P</c>: the continuation on standard output, as it comes.</summary>
internal static class GenerateCommand
{
    private static readonly Option<string> Prompt = ParsedOption.Create<string>("--prompt", "TEXT", "Text to go on from; special-token text is parsed.", ParsedOption.Text);
    private static readonly Option<int> MaxTokens = ParsedOption.Create("--max-tokens", "N", "Tokens to generate at most.", ParsedOption.Count(1), 64);
    private static readonly Option<double> Temperature = ParsedOption.Create("--temperature", "T", "Logits are divided by this; 0 = greedy.", ParsedOption.Real(0, 100), 0.0);
    private static readonly Option<int> TopK = ParsedOption.Create("--top-k", "K", "Draws only from the K most likely tokens; 0 = all.", ParsedOption.Count(0), 0);
    private static readonly Option<double> TopP = ParsedOption.Create("--top-p", "P", "Draws only from the smallest set of tokens with this probability.", ParsedOption.Real(double.Epsilon, 1), 1.0);

    public static Verb Create()
    {
        Prompt.Required = true;
        return new("generate", "Continues a text. Greedy unless a temperature is given; ends at the model's end token.")
        {
            Arguments = { SharedOptions.Checkpoint },
            Options = { Prompt, MaxTokens, Temperature, TopK, TopP, SharedOptions.Dtype },
            Examples = ["generate ./my-model --prompt \"Once upon a time\" --max-tokens 40", "generate model.gguf --prompt Hello --temperature 0.8 --top-p 0.9 --seed 7"],
            Run = Run,
        };
    }

    private static int Run(VerbContext context)
    {
        using var checkpoint = Checkpoint.Open(context.Value(SharedOptions.Checkpoint));
        var tokenizer = Tokenizer.FromFiles(checkpoint.CarriedFiles, checkpoint.Location);
        var prompt = tokenizer.Encode(context.Required(Prompt), parseSpecial: true, addSpecial: true);
        using var decoder = TensorSetup.Load(context, checkpoint);
        var options = new GenerationOptions
        {
            MaxTokens = context.Required(MaxTokens),
            Temperature = context.Required(Temperature),
            TopK = context.Required(TopK),
            TopP = context.Required(TopP),
            Seed = context.Required(GlobalOptions.Seed),
            StopTokens = tokenizer.EosIds,
        };
        var tokens = Generation.Generate(decoder, prompt, options, context.Cancellation);
        if (context.Json)
        {
            var ids = tokens.ToArray();
            context.WriteJson(new JsonObject
            {
                ["schema"] = "prunus-generate/1",
                ["prompt_ids"] = Array(prompt),
                ["ids"] = Array(ids),
                ["text"] = tokenizer.Decode(ids, skipSpecial: true),
            });
            return ExitCode.Done;
        }

        var text = new IncrementalDecoder(tokenizer, skipSpecial: true);
        foreach (var token in tokens)
        {
            context.Out.Write(text.Push(token));
            context.Out.Flush();
        }

        context.Out.WriteLine(text.Finish());
        return ExitCode.Done;
    }

    private static JsonArray Array(IEnumerable<int> ids) => new([.. ids.Select(i => JsonValue.Create(i))]);
}
