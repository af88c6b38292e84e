namespace Prunus.Recipes;

/// <summary>Something that a recipe draws from its metrics.</summary>
/// <param name="Title">Title; unique in the recipe.</param>
public abstract record RecipeFigure(string Title)
{
    /// <summary>Held-out loss during training, mean over seeds, against tokens trained on.</summary>
    public sealed record Curves(string Title, IReadOnlyList<string> Variants) : RecipeFigure(Title);

    /// <summary>Means with intervals.</summary>
    public sealed record Bars(string Title, string YLabel, IReadOnlyList<(string Name, MetricReference Value)> Entries) : RecipeFigure(Title);

    /// <summary>A table whose cells are coloured.</summary>
    public sealed record Map(string Title, string RowLabel, string ColumnLabel, IReadOnlyList<string> Rows, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<MetricReference>> Cells) : RecipeFigure(Title);

    /// <summary>Means along an x axis.</summary>
    public sealed record Lines(string Title, string XLabel, string YLabel, IReadOnlyList<FigureLine> Series) : RecipeFigure(Title);

    /// <summary>One point per entry.</summary>
    public sealed record Scatter(string Title, string XLabel, string YLabel, IReadOnlyList<FigurePoint> Points) : RecipeFigure(Title);

    /// <summary>Spearman's rank correlation of the losses at steps of the training with those at the last of them, over variants; mean over seeds.</summary>
    /// <param name="Title">Title.</param>
    /// <param name="Steps">Steps, 0 = before training.</param>
    /// <param name="Losses">Of each step: the loss of every variant.</param>
    public sealed record Settling(string Title, IReadOnlyList<int> Steps, IReadOnlyList<IReadOnlyList<MetricReference>> Losses) : RecipeFigure(Title);

    /// <summary>Metrics against the share of weights left, one line for each branch: mean over seeds, whiskers from the least to the most of any training.</summary>
    /// <param name="Title">Title.</param>
    /// <param name="YLabel">What the metrics are.</param>
    /// <param name="Series">The lines.</param>
    /// <param name="Others">Values that are not measured: published ones, or of other programs.</param>
    public sealed record Levels(string Title, string YLabel, IReadOnlyList<LevelLine> Series, IReadOnlyList<LevelValues> Others) : RecipeFigure(Title);

    /// <summary>Test accuracy during training, mean over seeds.</summary>
    /// <param name="Title">Title.</param>
    /// <param name="From">First step drawn.</param>
    /// <param name="To">Last step drawn.</param>
    /// <param name="Series">Name, in which <c>{pm}</c> stands for the share of weights left, and cell of each line.</param>
    public sealed record Training(string Title, long From, long To, IReadOnlyList<(string Name, string Cell)> Series) : RecipeFigure(Title);

    /// <summary>Share of each layer's weights left, in percent: a row for each layer, a column for each cell.</summary>
    /// <param name="Title">Title.</param>
    /// <param name="Cells">From dense to sparse.</param>
    public sealed record Layers(string Title, IReadOnlyList<string> Cells) : RecipeFigure(Title);

    /// <summary>Metrics that it reads.</summary>
    public IEnumerable<MetricReference> References => this switch
    {
        Bars b => b.Entries.Select(e => e.Value),
        Map m => m.Cells.SelectMany(r => r),
        Lines l => l.Series.SelectMany(s => s.Y),
        Scatter s => s.Points.SelectMany(p => (MetricReference[])[p.X, p.Y]),
        Settling s => s.Losses.SelectMany(l => l),
        Levels l => l.Series.SelectMany(s => s.Cells.Select(c => new MetricReference(c, s.Y))),
        Curves c => c.Variants.Select(v => new MetricReference(v, "loss")),
        _ => [],
    };
}

/// <summary>A line of a figure: one metric per x.</summary>
public sealed record FigureLine(string Name, IReadOnlyList<double> X, IReadOnlyList<MetricReference> Y);

/// <summary>A point of a scatter.</summary>
/// <param name="Name">Shown under the pointer.</param>
/// <param name="Group">Points of a group share a colour.</param>
/// <param name="X">Metric across.</param>
/// <param name="Y">Metric up.</param>
public sealed record FigurePoint(string Name, string Group, MetricReference X, MetricReference Y);

/// <summary>A line over levels.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Y">The metric.</param>
/// <param name="Cells">From dense to sparse.</param>
/// <param name="Like">The line that it belongs to, drawn dashed in its colour; null for none.</param>
public sealed record LevelLine(string Name, string Y, IReadOnlyList<string> Cells, string? Like = null);

/// <summary>Values beside the lines of a figure that others measured.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Source">Who did, and where it stands.</param>
/// <param name="X">Weights left, in percent.</param>
/// <param name="Y">As long as <paramref name="X"/>.</param>
/// <param name="Like">The line that it belongs to; null for none.</param>
public sealed record LevelValues(string Name, string Source, IReadOnlyList<double> X, IReadOnlyList<double> Y, string? Like = null);
