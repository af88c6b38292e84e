using System.Text.RegularExpressions;
using Prunus.Reports;
using Prunus.Runs;
using Prunus.Tests.Runs;

namespace Prunus.Tests.Reports;

public partial class HtmlReportTests
{
    [Fact]
    public void Report_NeedsNothingElse()
    {
        var html = HtmlReport.Render(Records.Full(), Records.Environment());
        Assert.DoesNotMatch("(?i)https?:|src=|href=|@import|<script|<link|<img", html);
        Assert.All(Url().Matches(html), m => Assert.Equal("url(#removed)", m.Value));
        Assert.StartsWith("<!doctype html>", html, StringComparison.Ordinal);
        Assert.Contains("prefers-color-scheme: dark", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Report_ShowsEveryPartOfTheRecord()
    {
        var html = HtmlReport.Render(Records.Full(), Records.Environment());
        foreach (var part in (string[])["Before and after", "Claims", "Curves", "Figures", "What was cut", "Samples", "Published and measured", "Metrics", "To repeat this run", "Environment",
            "prunus shrink donor.gguf --keep 60%", "80.70M <small>×0.600</small>", "3.5000 <small>+0.6000</small>", "1.300k <small>×1.601</small>", "<span class=\"verdict PASS\">PASS</span>", "1 min 30 s"])
        {
            Assert.Contains(part, html, StringComparison.Ordinal);
        }

        Assert.Equal(6, Regex.Count(html, "<svg [^>]*role=\"img\" aria-label=\""));
    }

    [Fact]
    public void Text_IsEscaped()
    {
        var record = Records.Full() with { Title = "<script>alert(1)</script>", Samples = [new("a", "<b>", "</blockquote><img>")] };
        var html = HtmlReport.Render(record, Records.Environment() with { Command = "prunus '<i>'" });
        Assert.DoesNotMatch("<script|<b>|<img|<i>", html);
        Assert.Contains("distilled beats scratch &lt;by&gt; &quot;0.1&quot;", html, StringComparison.Ordinal);
    }

    [Fact]
    public void EmptyRecord_MakesAReport()
    {
        var html = HtmlReport.Render(new() { Verb = "prune", Title = "nothing" }, null);
        Assert.Contains("<h1>nothing</h1>", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<svg", html, StringComparison.Ordinal);
    }

    [Fact]
    public void ReportVerb_ReadsTheRecordAlone()
    {
        using var temporary = new TemporaryFolder();
        RecordJson.Write(temporary.Path, Records.Full());
        var (code, output, error) = Cli.Tool.Run("report", temporary.Path);
        Assert.Equal((0, temporary["report.html"] + "\n", ""), (code, output, error));
        Assert.Equal(HtmlReport.Render(Records.Full(), null), File.ReadAllText(temporary["report.html"]));
    }

    [GeneratedRegex("url\\([^)]*\\)")]
    private static partial Regex Url();
}
