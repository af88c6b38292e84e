using System.CommandLine;

namespace Prunus.Cli.Options;

/// <summary>Options and arguments that mean the same in every verb that has them. Defined once; a verb adds those it uses.</summary>
internal static class SharedOptions
{
    /// <summary>A Hugging Face folder or a .gguf file.</summary>
    public static Argument<string> Checkpoint { get; } = new("CKPT") { Description = "Hugging Face folder (config.json + safetensors) or .gguf file." };

    public static Option<string> Text { get; } =
        ParsedOption.Create<string>("--text", "FILE", "Text: .txt, .jsonl, also .gz or .br.", ParsedOption.Text);

    public static Option<string> Ids { get; } =
        ParsedOption.Create<string>("--ids", "FILE", "Token ids: a safetensors file with [B,T] int64 tensors.", ParsedOption.Text);

    public static Option<string> Out { get; } =
        ParsedOption.Create<string>("--out", "PATH", "Where the result goes.", ParsedOption.Text);

    public static Option<string> Plan { get; } =
        ParsedOption.Create<string>("--plan", "FILE", "Pruning plan (plan.json).", ParsedOption.Text);

    /// <summary>Share of all parameters that stays, tied weights counted once.</summary>
    public static Option<double> Keep { get; } =
        ParsedOption.Create<double>("--keep", "60%", "Share of all parameters that stays (tied weights counted once).", ParsedOption.Share);

    /// <summary>Share of the parameters outside embedding and output head that stays.</summary>
    public static Option<double> KeepNonEmbedding { get; } =
        ParsedOption.Create<double>("--keep-non-embedding", "50%", "Share of the parameters outside embedding and head that stays.", ParsedOption.Share);

    public static Option<long> Parameters { get; } =
        ParsedOption.Create<long>("--params", "65M", "Number of parameters to reach.", ParsedOption.Quantities);

    public static Option<int> Window { get; } =
        ParsedOption.Create("--window", "N", "Tokens per sequence.", ParsedOption.Count(2), 1024);

    public static Option<string> Dtype { get; } =
        ParsedOption.Create("--dtype", "f32|bf16|f16", "Type of weights and activations.", ParsedOption.OneOf("f32", "bf16", "f16"), "f32");

    public static Option<bool> Fresh { get; } = new("--fresh") { Description = "Starts anew instead of resuming what the run folder holds." };
}
