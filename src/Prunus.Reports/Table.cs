namespace Prunus.Reports;

/// <summary>Header and rows of text; every row is as long as the header.</summary>
public sealed record Table(IReadOnlyList<string> Header, IReadOnlyList<IReadOnlyList<string>> Rows)
{
    /// <summary>Whether all cells of a column begin with a digit or sign: such columns are set to the right.</summary>
    public bool IsNumeric(int column) => Rows.Count > 0 && Rows.All(r => r[column].Length == 0 || r[column] is "–" || char.IsAsciiDigit(r[column][0]) || r[column][0] is '-' or '+' or '×')
        && Rows.Any(r => r[column].Length > 0);
}
