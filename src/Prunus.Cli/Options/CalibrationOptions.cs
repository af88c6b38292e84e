using System.CommandLine;
using Prunus.Checkpoints;
using Prunus.Datasets;
using Prunus.Pruning;
using Prunus.Tokenizers;
using TorchSharp;

namespace Prunus.Cli.Options;

/// <summary>Options that say what a model is calibrated on.</summary>
internal static class CalibrationOptions
{
    public static Option<int> Sequences { get; } = ParsedOption.Create("--sequences", "N", "Calibration sequences taken from the text.", ParsedOption.Count(1), 64);

    public static Option<int> Length { get; } = ParsedOption.Create("--calibration-window", "N", "Tokens of a calibration sequence.", ParsedOption.Count(2), 512);

    public static Option<Aggregation[]> Aggregations { get; } = ParsedOption.Create<Aggregation[]>(
        "--aggregation", "l2:mean|all", "From tokens to a score, batch:sequence with mean, l2, var; several with commas, or all.", ParseAggregations, [Aggregation.Default]);

    public static IReadOnlyList<Option> All { get; } = [SharedOptions.Text, SharedOptions.Ids, Sequences, Length, Aggregations];

    /// <summary>Tokenizes or reads the calibration sequences; makes tensors.</summary>
    /// <exception cref="PrunusInputException">Neither text nor ids are given, or they cannot be used.</exception>
    public static IReadOnlyList<torch.Tensor> Read(VerbContext context, Checkpoint donor, int vocabSize, int maxPositions)
    {
        if (context.Given(SharedOptions.Ids))
        {
            return CalibrationBatches.FromIds(context.Need(SharedOptions.Ids), vocabSize);
        }

        if (!context.Given(SharedOptions.Text))
        {
            throw new PrunusInputException("--text", "is missing: activations need calibration text", "add --text FILE, or --ids FILE with token ids");
        }

        var tokenizer = Tokenizer.FromFiles(donor.CarriedFiles, donor.Location);
        var source = TokenSource.FromFile(context.Need(SharedOptions.Text), tokenizer);
        var batch = CalibrationBatches.FromTokens(source.Ids, Math.Min(context.Required(Length), maxPositions), context.Required(Sequences), vocabSize);
        if (batch.shape[0] < context.Required(Sequences))
        {
            context.Note(Fewer(batch.shape[0], context.Required(Sequences)));
        }

        return [batch];
    }

    /// <summary>Says that a text was too short for what was asked.</summary>
    public static string Fewer(long sequences, int asked) => $"the text gives {sequences} calibration sequence{(sequences == 1 ? "" : "s")}, not {asked}";

    private static string? ParseAggregations(string text, out Aggregation[] value)
    {
        var parts = text.Split(',');
        value = text == "all" ? [.. Aggregation.All] : [.. Aggregation.All.Where(a => parts.Contains(a.ToString()))];
        return text == "all" || value.Length == parts.Length ? null : $"'{text}' is no aggregation; write batch:sequence with mean, l2 or var, such as l2:mean, or all";
    }
}
