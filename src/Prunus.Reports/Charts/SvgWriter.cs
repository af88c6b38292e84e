using System.Globalization;
using System.Text;

namespace Prunus.Reports.Charts;

/// <summary>
/// Writes inline SVG. Charts are text of our own rather than a plotting library's: those at hand draw through Skia, which needs fonts that fresh
/// machines and containers lack, while a browser has its own; and text can be tested.
/// </summary>
internal sealed class SvgWriter
{
    private readonly StringBuilder _text = new();

    /// <param name="width">Width in the chart's own units; the page scales it.</param>
    /// <param name="height">Height in the same units.</param>
    /// <param name="label">What a screen reader says in place of the picture.</param>
    public SvgWriter(double width, double height, string label) =>
        _text.Append($"<svg viewBox=\"0 0 {Number(width)} {Number(height)}\" role=\"img\" aria-label=\"{Escape(label)}\">\n");

    public static string Number(double value) => Math.Round(value, 2).ToString("0.##", CultureInfo.InvariantCulture);

    public static string Escape(string text) => HtmlPage.Escape(text);

    public void Line(double x1, double y1, double x2, double y2, string style) =>
        _text.Append($"<line x1=\"{Number(x1)}\" y1=\"{Number(y1)}\" x2=\"{Number(x2)}\" y2=\"{Number(y2)}\" class=\"{style}\"/>\n");

    public void Rectangle(double x, double y, double width, double height, string style) =>
        _text.Append($"<rect x=\"{Number(x)}\" y=\"{Number(y)}\" width=\"{Number(width)}\" height=\"{Number(height)}\" class=\"{style}\"/>\n");

    /// <summary>A point in a colour of the palette.</summary>
    public void Disc(double x, double y, int colour) => _text.Append($"<circle cx=\"{Number(x)}\" cy=\"{Number(y)}\" r=\"4.5\" class=\"point p{colour}\"/>\n");

    /// <summary>A ring in the colour of a curve.</summary>
    public void Mark(double x, double y, string style) => _text.Append($"<circle cx=\"{Number(x)}\" cy=\"{Number(y)}\" r=\"2.6\" class=\"mark {style}\"/>\n");

    public void Path(string data, string style) => _text.Append($"<path d=\"{data}\" class=\"{style}\"/>\n");

    /// <param name="x">Where the anchor lies.</param>
    /// <param name="y">Baseline.</param>
    /// <param name="text">Plain text.</param>
    /// <param name="anchor"><c>start</c>, <c>middle</c> or <c>end</c>.</param>
    /// <param name="extra">Further attributes.</param>
    public void Text(double x, double y, string text, string anchor = "start", string extra = "") =>
        _text.Append($"<text x=\"{Number(x)}\" y=\"{Number(y)}\" text-anchor=\"{anchor}\"{extra}>{Escape(text)}</text>\n");

    /// <summary>Begins a group that shows <paramref name="tip"/> under the pointer.</summary>
    public void BeginGroup(string tip) => _text.Append($"<g><title>{Escape(tip)}</title>\n");

    public void EndGroup() => _text.Append("</g>\n");

    public void Raw(string svg) => _text.Append(svg).Append('\n');

    public string Finish() => _text.Append("</svg>\n").ToString();
}
