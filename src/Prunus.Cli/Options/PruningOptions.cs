using System.CommandLine;
using Prunus.Checkpoints;
using Prunus.Datasets;
using Prunus.Decoders;
using Prunus.Pruning;
using Prunus.Shrinking;
using Prunus.Tokenizers;

namespace Prunus.Cli.Options;

/// <summary>Options that say what stays and by which scores; the same in every verb that plans.</summary>
internal static class PruningOptions
{
    public static Option<int> Hidden { get; } = Width("--hidden", "Channels of the residual stream to keep.");

    public static Option<int> Ffn { get; } = Width("--ffn", "MLP neurons to keep in each layer.");

    public static Option<int> Layers { get; } = Width("--layers", "Layers to keep.");

    public static Option<int> Heads { get; } = Width("--heads", "Query heads to keep in each layer, the same number in every kv group.");

    public static Option<int> KvGroups { get; } = Width("--kv-groups", "Key-value heads to keep in each layer, with their query heads.");

    public static Option<Axis[]> Axes { get; } = ParsedOption.Create<Axis[]>(
        "--axes", "hidden,ffn", "Axes that a budget may shrink: hidden, ffn, heads, kv-groups, layers.", ParseAxes, [Axis.Hidden, Axis.Ffn]);

    public static Option<int> RoundTo { get; } = ParsedOption.Create("--round-to", "N", "A budget keeps hidden and ffn multiples of this.", ParsedOption.Count(1), 8);

    public static Option<bool> AllowUnloadable { get; } = new("--allow-unloadable") { Description = "A budget may choose shapes that stock transformers does not load." };

    public static Option<string> Importance { get; } = ParsedOption.Create(
        "--importance", string.Join('|', ImportanceMethods.All.Select(m => m.Id)), "How units are scored.", ParsedOption.OneOf([.. ImportanceMethods.All.Select(m => m.Id)]), ImportanceMethods.All[0].Id);

    public static Option<string> HiddenScore { get; } = ParsedOption.Create(
        "--hidden-score", "in|in-final|all", "Norms whose outputs rank hidden.", ParsedOption.OneOf("in", "in-final", "all"), "in");

    public static Option<string> FfnScore { get; } = ParsedOption.Create(
        "--ffn-score", "act|pre|pre-gate", "What ranks neurons: after the activation, or a projection before it.", ParsedOption.OneOf("act", "pre", "pre-gate"), "act");

    public static Option<string> HeadScore { get; } = ParsedOption.Create(
        "--head-score", "modelopt|paper", "What ranks heads: channels aggregated first, or their norm per token.", ParsedOption.OneOf("modelopt", "paper"), "modelopt");

    public static Option<HeadMerging> MergeHeads { get; } = ParsedOption.Create<HeadMerging>(
        "--merge-heads", "literal|flipped", "Heads that stay take in heads that go: 2·head - pair as printed, or the pair as in LaCo.", ParseMerging);

    public static Option<bool> MergeOutput { get; } = new("--merge-output") { Description = "--merge-heads merges the output projection too." };

    public static Option<bool> RescaleNorms { get; } = new("--rescale-norms") { Description = "Norm weights make up for cut channels, by a ratio measured on the calibration text." };

    public static Option<string> LayersBy { get; } = ParsedOption.Create(
        "--layers-by", string.Join('|', LayerRankings.All.Select(r => r.Id)), "How the layers that go are chosen.", ParsedOption.OneOf([.. LayerRankings.All.Select(r => r.Id)]), LayerRankings.All[0].Id);

    public static Option<int> DepthSequences { get; } = ParsedOption.Create(
        "--depth-sequences", "N", "Calibration sequences that losses without layers are measured on.", ParsedOption.Count(1), new PruneOptions().DepthSequences);

    public static Option<int> Iterations { get; } = ParsedOption.Create(
        "--iterations", "T", "Parts of the cut; importance is measured again on what each leaves.", ParsedOption.Count(1), 1);

    public static Option<bool> NoAdvice { get; } = new("--no-advice") { Description = "Plain defaults for what is not given, instead of what papers and measurements advise." };

    /// <summary>What the user asked for with what is advised for the rest, and a line for each such choice.</summary>
    public static (PruneOptions Options, IReadOnlyList<string> Notes) ReadAdvised(VerbContext context, DecoderConfig donor, Aggregation aggregation)
    {
        var options = Read(context, aggregation);
        options.Validate();
        return context.Value(NoAdvice) ? (options, []) : Advice.ForPruning(donor, options, context.Given(Axes), context.Given(LayersBy));
    }

    /// <summary>Options that set the target.</summary>
    public static IReadOnlyList<Option> Target { get; } =
        [SharedOptions.Keep, SharedOptions.KeepNonEmbedding, SharedOptions.Parameters, Hidden, Ffn, Layers, Heads, KvGroups, Axes, RoundTo, AllowUnloadable, NoAdvice];

    public static Option<string> VocabText { get; } = ParsedOption.Create<string>(
        "--vocab-text", "FILE", "Keeps only the tokens that this text uses, the added ones and the alphabet; the tokenizer is rewritten.", ParsedOption.Text);

    /// <summary>The plan with the vocabulary that <see cref="VocabText"/> asks for.</summary>
    /// <exception cref="PrunusInputException">The plan has a vocabulary already, or the tokenizer is of a form that is not cut.</exception>
    public static PruningPlan WithVocabulary(VerbContext context, Checkpoint donor, PruningPlan plan)
    {
        if (!context.Given(VocabText))
        {
            return plan;
        }

        if (plan.Vocab is not null)
        {
            throw new PrunusInputException("--vocab-text", "is given beside a plan with 'vocab'", "give one of the two");
        }

        var cut = new VocabularyCut(donor.CarriedFiles, donor.Location);
        return plan with { Vocab = cut.Choose(TextFile.ReadAll(context.Need(VocabText)), VocabularyCut.NamedIds(donor.Config)) };
    }

    /// <summary>Options that choose among scores, and that change the weights that stay.</summary>
    public static IReadOnlyList<Option> Ranking { get; } = [Importance, LayersBy, DepthSequences, Iterations, HiddenScore, FfnScore, HeadScore, MergeHeads, MergeOutput, RescaleNorms];

    /// <summary>The target that the user asked for.</summary>
    /// <exception cref="PrunusInputException">Two budgets are given.</exception>
    public static PlanTarget ReadTarget(VerbContext context)
    {
        if (context.Given(SharedOptions.Keep) && context.Given(SharedOptions.KeepNonEmbedding))
        {
            throw new PrunusInputException("--keep-non-embedding", "is given beside --keep", "give one of the two");
        }

        return new PlanTarget
        {
            Keep = Optional(context, SharedOptions.Keep) ?? Optional(context, SharedOptions.KeepNonEmbedding),
            NonEmbedding = context.Given(SharedOptions.KeepNonEmbedding),
            Parameters = Optional(context, SharedOptions.Parameters),
            Hidden = Optional(context, Hidden),
            Ffn = Optional(context, Ffn),
            Layers = Optional(context, Layers),
            QueryHeads = Optional(context, Heads),
            KvGroups = Optional(context, KvGroups),
            Axes = context.Required(Axes),
            RoundTo = context.Required(RoundTo),
            AllowUnloadable = context.Value(AllowUnloadable),
        };
    }

    /// <summary>Size and scores that the user asked for; the verb has <see cref="Target"/> and <see cref="Ranking"/>.</summary>
    public static PruneOptions Read(VerbContext context, Aggregation aggregation)
    {
        var method = ImportanceMethods.Named(context.Required(Importance));
        var names = !method.NeedsCalibration ? method.Selection : new SelectionOptions
        {
            Hidden = "hidden." + Spelled(context, HiddenScore),
            Ffn = "ffn." + Spelled(context, FfnScore),
            Heads = "head." + Spelled(context, HeadScore),
            Groups = context.Required(HeadScore) == "paper" ? Reading.GroupHeadSum.Id : Reading.GroupModelOptNorm.Id,
        };
        return new PruneOptions
        {
            Target = ReadTarget(context),
            Importance = method.Id,
            Aggregation = aggregation,
            Selection = names == method.Selection ? null : names,
            LayersBy = context.Required(LayersBy),
            DepthSequences = context.Required(DepthSequences),
            Iterations = context.Required(Iterations),
            Merge = context.Given(MergeHeads) ? context.Value(MergeHeads) : HeadMerging.None,
            MergeOutput = context.Value(MergeOutput),
            RescaleNorms = context.Value(RescaleNorms),
        };
    }

    private static string Spelled(VerbContext context, Option<string> option) => context.Required(option).Replace('-', '_');

    private static T? Optional<T>(VerbContext context, Option<T> option)
        where T : struct => context.Given(option) ? context.Value(option) : null;

    private static Option<int> Width(string name, string description) => ParsedOption.Create<int>(name, "N", description, ParsedOption.Count(1));

    private static string? ParseMerging(string text, out HeadMerging merging)
    {
        merging = text switch { "literal" => HeadMerging.Literal, "flipped" => HeadMerging.Flipped, _ => HeadMerging.None };
        return merging == HeadMerging.None ? $"'{text}' is no way to merge heads; use literal or flipped" : null;
    }

    private static string? ParseAxes(string text, out Axis[] axes)
    {
        var named = text.Split(',').Select(n => n.Trim() switch
        {
            "hidden" => Axis.Hidden,
            "ffn" => Axis.Ffn,
            "heads" or "query-heads" => Axis.QueryHeads,
            "kv-groups" => Axis.KvGroups,
            "layers" => Axis.Layers,
            _ => (Axis?)null,
        }).ToArray();
        axes = [.. named.OfType<Axis>().Distinct()];
        return named.Contains(null) ? $"'{text}' names an axis that there is not; use hidden, ffn, heads, kv-groups, layers" : null;
    }
}
