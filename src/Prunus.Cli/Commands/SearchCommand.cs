using System.CommandLine;
using Prunus.Checkpoints;
using Prunus.Cli.Options;
using Prunus.Evaluation;
using Prunus.Runs;
using Prunus.Search;

namespace Prunus.Cli.Commands;

/// <summary><c>prunus search CKPT --keep 50% --text F --out D</c>: which shape of a size is best.</summary>
internal static class SearchCommand
{
    private static readonly Option<double> Tolerance = ParsedOption.Create("--tolerance", "3%", "Share of the budget that a candidate may be off.", ParsedOption.Share, 0.03);
    private static readonly Option<int[]> Hidden = Grid("--hidden-grid", "Channels of the residual stream to try.");
    private static readonly Option<FfnWidth[]> Ffn = ParsedOption.Create<FfnWidth[]>("--ffn-grid", "A,B|fit", "MLP neurons to try: numbers, multiples of hidden such as 3.5x, or fit, what the budget leaves.", ParseFfn);
    private static readonly Option<int[]> Layers = Grid("--layers-grid", "Numbers of layers to try.");
    private static readonly Option<int[]> Heads = Grid("--heads-grid", "Query heads to try (the donor's).");
    private static readonly Option<int[]> KvGroups = Grid("--kv-groups-grid", "Key-value heads to try (the donor's).");
    private static readonly Option<int> Sequences = ParsedOption.Create("--calibration", "N", "Calibration sequences of 256 tokens.", ParsedOption.Count(1), 64);
    private static readonly Option<int> RankEvery = ParsedOption.Create("--rank-every", "N", "Steps of a round; candidates are ranked after each.", ParsedOption.Count(1), 20);
    private static readonly Option<double> Stable = ParsedOption.Create("--stable", "TAU", "Kendall's tau from which two rankings count as the same.", ParsedOption.Real(-1, 1), 0.9);
    private static readonly Option<int> StableRounds = ParsedOption.Create("--stable-rounds", "N", "Rounds in a row with the same ranking that end the search; 0 = it never ends early.", ParsedOption.Count(0), 2);
    private static readonly Option<int> Jobs = ParsedOption.Create<int>("--jobs", "N", "Candidates at a time, each in a process of its own; by default one a device.", ParsedOption.Count(1, 256));
    private static readonly Option<bool> NoLatency = new("--no-latency") { Description = "Leaves out timing the candidates at the end." };

    public static Verb Create() => new Verb("search", "Finds the best shape of a size: trains every architecture in a parameter window for a short while and ranks them.")
    {
        Arguments = { SharedOptions.Checkpoint },
        Options =
        {
            SharedOptions.Out, SharedOptions.Fresh, SharedOptions.Keep, SharedOptions.KeepNonEmbedding, SharedOptions.Parameters, Tolerance, Hidden, Ffn, Layers, Heads, KvGroups,
            PruningOptions.AllowUnloadable, PruningOptions.Importance, CalibrationOptions.Aggregations, Sequences, RankEvery, Stable, StableRounds, Jobs, NoLatency,
        },
        Examples =
        [
            "search SmolLM2-135M-Instruct.Q4_1.gguf --keep 50% --text stories.txt --steps 100 --out found",
            "search ./my-model --params 65M --hidden-grid 432,576 --layers-grid 17,20,24 --ffn-grid fit --text corpus.txt --jobs 2 --out found",
        ],
        Run = Run,
    }.With(CorpusFlags.All).With(HealingFlags.All);

    private static int Run(VerbContext context)
    {
        if (context.Given(SharedOptions.Keep) && context.Given(SharedOptions.KeepNonEmbedding))
        {
            throw new PrunusInputException("--keep-non-embedding", "is given beside --keep", "give one of the two");
        }

        var options = new SearchOptions
        {
            Donor = context.Value(SharedOptions.Checkpoint),
            Corpus = CorpusFlags.Read(context),
            Keep = context.Given(SharedOptions.Keep) ? context.Value(SharedOptions.Keep) : context.Given(SharedOptions.KeepNonEmbedding) ? context.Value(SharedOptions.KeepNonEmbedding) : null,
            Parameters = context.Given(SharedOptions.Parameters) ? context.Value(SharedOptions.Parameters) : null,
            NonEmbedding = context.Given(SharedOptions.KeepNonEmbedding),
            Tolerance = context.Required(Tolerance),
            Space = new SearchSpace { Hidden = Given(Hidden), Ffn = Given(Ffn), Layers = Given(Layers), QueryHeads = Given(Heads), KvGroups = Given(KvGroups) },
            AllowUnloadable = context.Value(PruningOptions.AllowUnloadable),
            Importance = context.Required(PruningOptions.Importance),
            Aggregation = context.Required(CalibrationOptions.Aggregations)[0],
            CalibrationSequences = context.Required(Sequences),
            Healing = HealingFlags.Read(context),
            RankEvery = context.Required(RankEvery),
            StableTau = context.Required(Stable),
            StableRounds = context.Required(StableRounds),
            Seed = context.Required(GlobalOptions.Seed),
        };
        options.Validate();
        using var checkpoint = Checkpoint.Open(options.Donor);
        var devices = TensorSetup.DevicesOf(context);
        var run = new SearchRun(options, checkpoint, devices[0]);
        using var folder = RunFolder.Open(run.Identity, context.Given(SharedOptions.Out) ? context.Value(SharedOptions.Out) : null, fresh: context.Value(SharedOptions.Fresh));
        context.ResumeHint = $"what is done is kept in {folder.Path}; repeat the command to go on";
        using var progress = context.StartProgress();
        var record = run.Run(folder, TensorSetup.Workers(context, context.Given(Jobs) ? context.Required(Jobs) : devices.Count, devices), progress, context.Cancellation);
        var speeds = context.Value(NoLatency) ? [] : run.Speed(folder, new ThroughputOptions { Prompt = 256, Decode = 16, Repetitions = 3 }, context.Cancellation);
        progress.Dispose();
        RunReport.Finish(context, folder, record, devices, speeds);
        return ExitCode.Done;

        T[]? Given<T>(Option<T[]> option) => context.Given(option) ? context.Value(option) : null;
    }

    private static Option<int[]> Grid(string name, string description) => ParsedOption.Create<int[]>(name, "A,B", description, ParseNumbers);

    private static string? ParseNumbers(string text, out int[] values)
    {
        var parts = text.Split(',', StringSplitOptions.TrimEntries);
        values = [.. parts.Select(p => int.TryParse(p, System.Globalization.CultureInfo.InvariantCulture, out var value) ? value : 0).Distinct()];
        return values.All(v => v > 0) ? null : $"'{text}' is no list of widths; write e.g. 432,576";
    }

    private static string? ParseFfn(string text, out FfnWidth[] values)
    {
        var parts = text.Split(',', StringSplitOptions.TrimEntries).Select(FfnWidth.Parse).ToArray();
        values = [.. parts.OfType<FfnWidth>().Distinct()];
        return parts.Contains(null) ? $"'{text}' is no list of widths; write e.g. 800,3.5x or fit" : null;
    }
}
