using System.Text;

namespace Prunus.Reports;

/// <summary>Writes one HTML page; everything given to it is text unless the name says HTML.</summary>
internal sealed class HtmlPage
{
    private readonly StringBuilder _html = new();

    public HtmlPage(string title, string css) => _html.Append(
        $"<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{Escape(title)}</title>\n<style>\n{css}\n</style>\n</head>\n<body>\n<main>\n<h1>{Escape(title)}</h1>\n");

    // Not WebUtility's: it turns × and é into numbers too, and the page is UTF-8.
    public static string Escape(string text) => text
        .Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal)
        .Replace("\"", "&quot;", StringComparison.Ordinal).Replace("'", "&#39;", StringComparison.Ordinal);

    public void Section(string title) => _html.Append($"<h2>{Escape(title)}</h2>\n");

    public void Heading(string title) => _html.Append($"<h3>{Escape(title)}</h3>\n");

    public void Paragraph(string text) => _html.Append($"<p>{Escape(text)}</p>\n");

    public void Faint(string text) => _html.Append($"<p class=\"faint\">{Escape(text)}</p>\n");

    public void Code(string text) => _html.Append($"<pre>{Escape(text)}</pre>\n");

    public void Html(string html) => _html.Append(html);

    /// <param name="table">The table; its first column names the rows.</param>
    /// <param name="cellHtml">HTML of a cell where it is not just its text: gets column, text.</param>
    public void Table(Table table, Func<int, string, string?>? cellHtml = null)
    {
        var style = table.Header.Select((_, i) => table.IsNumeric(i) ? " class=\"number\"" : "").ToArray();
        _html.Append("<div class=\"scroll\"><table>\n<thead><tr>");
        for (var i = 0; i < table.Header.Count; i++)
        {
            _html.Append($"<th scope=\"col\"{style[i]}>{Escape(table.Header[i])}</th>");
        }

        _html.Append("</tr></thead>\n<tbody>\n");
        foreach (var row in table.Rows)
        {
            _html.Append("<tr>");
            for (var i = 0; i < row.Count; i++)
            {
                var content = cellHtml?.Invoke(i, row[i]) ?? Escape(row[i]);
                _html.Append(i == 0 ? $"<th scope=\"row\"{style[i]}>{content}</th>" : $"<td{style[i]}>{content}</td>");
            }

            _html.Append("</tr>\n");
        }

        _html.Append("</tbody>\n</table></div>\n");
    }

    public string Finish() => _html.Append("</main>\n</body>\n</html>\n").ToString();
}
