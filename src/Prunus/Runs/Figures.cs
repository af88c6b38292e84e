namespace Prunus.Runs;

/// <summary>Values of several things, drawn as dots with whiskers.</summary>
/// <param name="Title">Its title.</param>
/// <param name="YLabel">What the values are, with unit.</param>
/// <param name="Bars">From top to bottom.</param>
public sealed record BarFigure(string Title, string YLabel, IReadOnlyList<Bar> Bars);

/// <summary>One of them.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">The estimate; NaN leaves a gap.</param>
/// <param name="Low">Lower end of its 95 % interval, or null.</param>
/// <param name="High">Upper end, or null.</param>
public sealed record Bar(string Name, double Value, double? Low = null, double? High = null);

/// <summary>A table whose cells are coloured by their value.</summary>
/// <param name="Title">Its title.</param>
/// <param name="RowLabel">What the rows are.</param>
/// <param name="ColumnLabel">What the columns are.</param>
/// <param name="Rows">Names of the rows.</param>
/// <param name="Columns">Names of the columns.</param>
/// <param name="Values">One list per row; NaN for an empty cell. Colours are by rank within a column.</param>
public sealed record MapFigure(string Title, string RowLabel, string ColumnLabel, IReadOnlyList<string> Rows, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<double>> Values);

/// <summary>A cloud of points.</summary>
/// <param name="Title">Its title.</param>
/// <param name="XLabel">What x is, with unit.</param>
/// <param name="YLabel">What y is, with unit.</param>
/// <param name="Points">The points.</param>
public sealed record ScatterFigure(string Title, string XLabel, string YLabel, IReadOnlyList<ScatterPoint> Points);

/// <summary>A point.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Group">Points of a group share a colour.</param>
/// <param name="X">Across.</param>
/// <param name="Y">Up.</param>
public sealed record ScatterPoint(string Name, string Group, double X, double Y);
