using Prunus.Lottery.Experiments;
using Prunus.Lottery.Kinds;
using Prunus.Lottery.Strong.Experiments;
using Prunus.Lottery.Universal.Experiments;
using Prunus.Shrinking;

namespace Prunus.Recipes;

/// <summary>A YAML file that is one run: what is compared, on what, and what must come out. Format: docs/recipes.md.</summary>
/// <param name="Id">Name on the command line and in records: lower-case letters, digits and hyphens.</param>
/// <param name="Title">One line.</param>
/// <param name="Slide">Slide or figure that it stands for.</param>
/// <param name="Paper">Where the published numbers come from.</param>
/// <param name="Methods">Page of docs/methods that explains what is compared.</param>
/// <param name="What">What is done, in a paragraph.</param>
/// <param name="Sizes">By name: tiny, cpu, gpu.</param>
public sealed record Recipe(
    string Id, string Title, string Slide, string Paper, string Methods, string What, IReadOnlyDictionary<string, RecipeSize> Sizes)
{
    /// <summary>The sizes there can be.</summary>
    public static IReadOnlyList<string> SizeNames { get; } = ["tiny", "cpu", "gpu"];

    /// <exception cref="PrunusInputException">The recipe has no such size.</exception>
    public RecipeSize Size(string name) => Sizes.TryGetValue(name, out var size) ? size
        : throw new PrunusInputException("--size", $"recipe {Id} has no size '{name}'", $"use {string.Join(", ", Sizes.Keys)}");
}

/// <summary>A recipe at one size: everything resolved that can be without its donors.</summary>
/// <param name="Seeds">One replicate each.</param>
/// <param name="Donors">By name in the recipe; the first is the default.</param>
/// <param name="Train">Texts that students learn from and importance is measured on.</param>
/// <param name="Evaluate">Texts losses are measured on, none of which is trained on; the first is the main one.</param>
/// <param name="Tasks">Ids of evaluation tasks; empty for none.</param>
/// <param name="TaskItems">Items of each task.</param>
/// <param name="Calibration">Sequences that importance is measured on.</param>
/// <param name="Window">Tokens in an evaluation window.</param>
/// <param name="Windows">Windows of each text, at most.</param>
/// <param name="Variants">What is compared.</param>
/// <param name="Reach">Loss that the metric <c>reach</c> counts tokens to; null for none.</param>
/// <param name="Published">Published numbers.</param>
/// <param name="Claims">What must come out.</param>
/// <param name="Figures">What is drawn.</param>
public sealed record RecipeSize(
    IReadOnlyList<long> Seeds, IReadOnlyList<DonorSource> Donors, IReadOnlyList<WeightedText> Train, IReadOnlyList<NamedText> Evaluate,
    IReadOnlyList<string> Tasks, int TaskItems, CalibrationSize Calibration, int Window, int Windows, IReadOnlyList<Variant> Variants, MetricReference? Reach,
    IReadOnlyList<RecipePublished> Published, IReadOnlyList<RecipeClaim> Claims, IReadOnlyList<RecipeFigure> Figures)
{
    /// <summary>Ticket experiments; null in a recipe that prunes donors. Where they are, donors, texts and variants are empty.</summary>
    public TicketStudy? Tickets { get; init; }

    /// <summary>Kinds of pruning that are compared; else null. Where they are, donors, texts and variants are empty.</summary>
    public SparsityStudy? Sparsity { get; init; }

    /// <summary>Strong tickets; else null. Where they are, donors, texts and variants are empty.</summary>
    public StrongStudy? Strong { get; init; }

    /// <summary>Universal tickets; else null. Where they are, donors, texts and variants are empty.</summary>
    public UniversalStudy? Universal { get; init; }

    /// <summary>All metrics of a recipe whose metrics have fixed names; else null.</summary>
    internal IReadOnlyList<string>? FixedMetrics => Sparsity is not null ? SparsityMetrics.All : Strong is not null ? StrongMetrics.All : Universal is not null ? UniversalMetrics.All : null;

    /// <summary>Names of everything that has metrics, in their order.</summary>
    public IReadOnlyList<string> CellNames => Tickets?.Cells ?? Sparsity?.Cells ?? Strong?.Cells ?? Universal?.Cells ?? [.. Donors.Select(d => d.Name), .. Variants.Select(v => v.Name)];
}

/// <summary>A text with its share of every batch.</summary>
public sealed record WeightedText(string Text, double Weight);

/// <summary>A text under the name its losses have.</summary>
public sealed record NamedText(string Name, string Text);

/// <param name="Sequences">How many.</param>
/// <param name="Length">Tokens of each.</param>
public sealed record CalibrationSize(int Sequences, int Length);

/// <summary>Where a donor comes from: a model by name, or one that is trained for the recipe and kept.</summary>
/// <param name="Name">Name in the recipe.</param>
/// <param name="Model">Id of a model; null for a trained one.</param>
/// <param name="Trained">How it is trained; null for a model.</param>
public sealed record DonorSource(string Name, string? Model, TrainedDonor? Trained);

/// <summary>A model with the tokenizer of another, trained from random weights or from it.</summary>
/// <param name="Like">Id of the model whose tokenizer, vocabulary and other settings it has.</param>
/// <param name="Hidden">Width; null as the other's.</param>
/// <param name="Ffn">MLP neurons.</param>
/// <param name="Layers">Layers.</param>
/// <param name="Heads">Query heads.</param>
/// <param name="Groups">Key-value heads.</param>
/// <param name="Text">What it learns from.</param>
/// <param name="Healing">The training, by next-token loss.</param>
public sealed record TrainedDonor(string Like, int? Hidden, int? Ffn, int? Layers, int? Heads, int? Groups, string Text, HealingOptions Healing);

/// <summary>What a student begins as.</summary>
public enum StudentStart
{
    /// <summary>The donor after surgery.</summary>
    Pruned,

    /// <summary>The shape that surgery would give, with random weights.</summary>
    Random,

    /// <summary>The donor itself, whole.</summary>
    Donor,
}

/// <summary>One of the things a recipe compares.</summary>
/// <param name="Name">Unique in the recipe; <c>/</c> separates parts.</param>
/// <param name="Donor">Donor's name.</param>
/// <param name="Teacher">Name of the donor that teaches; by default the own one.</param>
/// <param name="Start">What the student begins as.</param>
/// <param name="Stages">Prune and heal, one after another; mostly one.</param>
public sealed record Variant(string Name, string Donor, string Teacher, StudentStart Start, IReadOnlyList<VariantStage> Stages);

/// <summary>One cut and the training after it.</summary>
/// <param name="Cut">What is cut.</param>
/// <param name="Healing">Training; 0 steps for none.</param>
public sealed record VariantStage(CutRequest Cut, HealingOptions Healing);

/// <summary>A published number and which of ours stands beside it.</summary>
/// <param name="Source">Paper and table.</param>
/// <param name="Row">Row.</param>
/// <param name="Measure">What the number is.</param>
/// <param name="Value">As published.</param>
/// <param name="Ours">Ours; null where nothing of ours corresponds.</param>
public sealed record RecipePublished(string Source, string Row, string Measure, double Value, MeasuredBeside? Ours);
