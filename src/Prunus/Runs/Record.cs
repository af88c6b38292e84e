using System.Text.Json.Nodes;

namespace Prunus.Runs;

/// <summary>
/// What a run leaves behind to be read by people and by <c>report</c> and <c>compare</c>: record.json. It holds no time, date, path or machine fact, so that
/// an interrupted and resumed run leaves the same bytes as an uninterrupted one; those are in <see cref="RunEnvironment"/>. The JSON schema is docs/record.schema.json.
/// </summary>
public sealed record Record
{
    public const string CurrentSchema = "prunus-record/1";
    public const string FileName = "record.json";
    public const string ReportName = "report.html";

    /// <summary>Version of this document's form.</summary>
    public string Schema { get; init; } = CurrentSchema;

    /// <summary>The verb that ran: <c>shrink</c>, <c>distill</c> …</summary>
    public required string Verb { get; init; }

    /// <summary>One line that says what was done, the report's title.</summary>
    public required string Title { get; init; }

    /// <summary>Id of the recipe, for <c>recipe run</c>.</summary>
    public string? Recipe { get; init; }

    /// <summary>Size of the recipe: tiny, cpu or gpu.</summary>
    public string? Size { get; init; }

    /// <summary>The options of <see cref="RunIdentity"/>.</summary>
    public JsonObject Options { get; init; } = [];

    public IReadOnlyList<long> Seeds { get; init; } = [];

    /// <summary>Results of the run by name; what <c>compare</c> sets side by side: <c>loss</c>, <c>perplexity</c>, <c>parameters</c>, <c>bytes</c> …</summary>
    public OrderedDictionary<string, Metric> Metrics { get; init; } = [];

    /// <summary>The before/after table: donor, pruned, distilled …, in order.</summary>
    public IReadOnlyList<Subject> Subjects { get; init; } = [];

    /// <summary>Choices that were made for the user, one line each; null for none.</summary>
    public IReadOnlyList<string>? Notes { get; init; }

    public IReadOnlyList<Claim> Claims { get; init; } = [];

    /// <summary>Published numbers beside ours.</summary>
    public IReadOnlyList<PublishedRow> Published { get; init; } = [];

    /// <summary>Curves; those with the same chart are drawn together.</summary>
    public IReadOnlyList<Series> Series { get; init; } = [];

    /// <summary>Bar charts; null for none.</summary>
    public IReadOnlyList<BarFigure>? Bars { get; init; }

    /// <summary>Tables with coloured cells; null for none.</summary>
    public IReadOnlyList<MapFigure>? Maps { get; init; }

    /// <summary>Clouds of points; null for none.</summary>
    public IReadOnlyList<ScatterFigure>? Scatters { get; init; }

    /// <summary>What was cut, layer by layer; null when nothing was.</summary>
    public CutPicture? Cut { get; init; }

    public IReadOnlyList<Sample> Samples { get; init; } = [];

    /// <summary>Files the run left, relative to its folder.</summary>
    public IReadOnlyList<Artefact> Artefacts { get; init; } = [];
}

/// <summary>A measured value.</summary>
/// <param name="Value">The estimate.</param>
/// <param name="Low">Lower end of its 95 % interval, or null.</param>
/// <param name="High">Upper end, or null.</param>
/// <param name="Unit">Unit, such as <c>nats/token</c>; null for plain numbers.</param>
/// <param name="Side">Of a difference or quotient: where its interval lies; null for other values.</param>
public sealed record Metric(double Value, double? Low = null, double? High = null, string? Unit = null, Side? Side = null);

/// <summary>One row of the before/after table.</summary>
/// <param name="Name">What was measured: <c>donor</c>, <c>pruned</c>, <c>distilled</c>, <c>from scratch</c>.</param>
/// <param name="Measures">Value by measure: <c>parameters</c>, <c>bytes</c>, <c>loss</c>, <c>perplexity</c> …; subjects may lack some.</param>
public sealed record Subject(string Name, OrderedDictionary<string, double> Measures);

/// <summary>A published number, and ours where it was measured.</summary>
/// <param name="Source">Paper and table.</param>
/// <param name="Row">Row of that table.</param>
/// <param name="Measure">What the number is.</param>
/// <param name="Value">As published.</param>
/// <param name="Measured">Ours, or null.</param>
public sealed record PublishedRow(string Source, string Row, string Measure, double Value, double? Measured = null);

/// <summary>A curve.</summary>
/// <param name="Chart">Title of the chart it belongs to.</param>
/// <param name="Name">Its name in the legend.</param>
/// <param name="XLabel">What x is, with unit.</param>
/// <param name="YLabel">What y is, with unit.</param>
/// <param name="X">As long as <paramref name="Y"/>.</param>
/// <param name="Y">Values; NaN leaves a gap.</param>
/// <param name="Low">Lower ends of whiskers, as long as <paramref name="Y"/>; null for none.</param>
/// <param name="High">Upper ends.</param>
/// <param name="Falling">Whether x is drawn by its logarithm from high to low, as papers draw the share of weights left; null for no.</param>
/// <param name="Source">Where the values are from that this run did not measure, such as a paper; such a curve is drawn dashed, with a mark at each point. Null for the run's own.</param>
/// <param name="Like">Name of the curve of the chart that this one belongs to: drawn dashed in its colour; null for a colour of its own.</param>
public sealed record Series(
    string Chart, string Name, string XLabel, string YLabel, IReadOnlyList<double> X, IReadOnlyList<double> Y,
    IReadOnlyList<double>? Low = null, IReadOnlyList<double>? High = null, bool? Falling = null, string? Source = null, string? Like = null);

/// <summary>What a pruning plan keeps, as counts.</summary>
/// <param name="DonorHidden">Channels of the residual stream in the donor.</param>
/// <param name="KeptHidden">Channels kept.</param>
/// <param name="Layers">One entry per donor layer.</param>
public sealed record CutPicture(int DonorHidden, int KeptHidden, IReadOnlyList<LayerCut> Layers);

/// <summary>What is kept of one donor layer.</summary>
/// <param name="Kept">False when the whole layer is removed; the kept counts are then 0.</param>
/// <param name="DonorFfn">MLP neurons in the donor.</param>
/// <param name="KeptFfn">MLP neurons kept.</param>
/// <param name="DonorQueryHeads">Query heads in the donor.</param>
/// <param name="KeptQueryHeads">Query heads kept.</param>
/// <param name="DonorKvGroups">Key-value heads in the donor.</param>
/// <param name="KeptKvGroups">Key-value heads kept.</param>
public sealed record LayerCut(bool Kept, int DonorFfn, int KeptFfn, int DonorQueryHeads, int KeptQueryHeads, int DonorKvGroups, int KeptKvGroups);

/// <summary>A text a model wrote.</summary>
/// <param name="Subject">Which model, as in the before/after table.</param>
/// <param name="Prompt">What it was given.</param>
/// <param name="Text">What it wrote.</param>
public sealed record Sample(string Subject, string Prompt, string Text);

/// <summary>A file or folder of the run.</summary>
/// <param name="Path">Relative to the run folder, with forward slashes.</param>
/// <param name="Description">What it is.</param>
public sealed record Artefact(string Path, string Description);
