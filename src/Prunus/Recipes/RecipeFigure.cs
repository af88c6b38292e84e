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

    /// <summary>A metric against the share of weights left, one line for each branch: mean over seeds, whiskers from the least to the most.</summary>
    /// <param name="Title">Title.</param>
    /// <param name="YLabel">What the metric is.</param>
    /// <param name="Y">The metric.</param>
    /// <param name="Series">Name and cells, from dense to sparse, of each line.</param>
    public sealed record Levels(string Title, string YLabel, string Y, IReadOnlyList<(string Name, IReadOnlyList<string> Cells)> Series) : RecipeFigure(Title);

    /// <summary>Metrics that it reads.</summary>
    public IEnumerable<MetricReference> References => this switch
    {
        Bars b => b.Entries.Select(e => e.Value),
        Map m => m.Cells.SelectMany(r => r),
        Lines l => l.Series.SelectMany(s => s.Y),
        Scatter s => s.Points.SelectMany(p => (MetricReference[])[p.X, p.Y]),
        Settling s => s.Losses.SelectMany(l => l),
        Levels l => l.Series.SelectMany(s => s.Cells).Select(c => new MetricReference(c, l.Y)),
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
