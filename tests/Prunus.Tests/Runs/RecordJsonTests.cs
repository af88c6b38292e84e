using Prunus.Runs;

namespace Prunus.Tests.Runs;

public class RecordJsonTests
{
    [Fact]
    public void Record_RoundTrips_ToTheSameBytes()
    {
        using var temporary = new TemporaryFolder();
        RecordJson.Write(temporary.Path, Records.Full());
        var first = File.ReadAllBytes(temporary["record.json"]);
        RecordJson.Write(temporary.Path, RecordJson.ReadRecord(temporary.Path));
        Assert.Equal(first, File.ReadAllBytes(temporary["record.json"]));
        Assert.Equal(["record.json"], Directory.EnumerateFileSystemEntries(temporary.Path).Select(Path.GetFileName));
        var read = RecordJson.ReadRecord(temporary["record.json"]);
        Assert.True(double.IsNaN(read.Series[1].Y[2]));
        Assert.Equal(["loss", "parameters", "perplexity"], read.Metrics.Keys);
        Assert.Equal(Verdict.Inconclusive, read.Claims[1].Verdict);
        Assert.Contains("\"verdict\": \"PASS\"", System.Text.Encoding.UTF8.GetString(first), StringComparison.Ordinal);
    }

    [Fact]
    public void Environment_RoundTrips_AndMayBeAbsent()
    {
        using var temporary = new TemporaryFolder();
        Assert.Null(RecordJson.ReadEnvironment(temporary.Path));
        RecordJson.Write(temporary.Path, Records.Environment());
        var read = RecordJson.ReadEnvironment(temporary.Path)!;
        Assert.Equal(Records.Environment().Command, read.Command);
        Assert.Equal(1300, read.Measures[1].Measures["tokens_per_second"]);
        Assert.Equal(Records.Environment().Finished, read.Finished);
    }

    [Theory]
    [InlineData("", "is damaged: ")]
    [InlineData("[]", "has schema 'none', not prunus-record/1")]
    [InlineData("""{"schema":"prunus-record/2"}""", "has schema 'prunus-record/2', not prunus-record/1")]
    [InlineData("""{"schema":"prunus-record/1"}""", "is damaged: ")]
    [InlineData("""{"schema":"prunus-record/1","verb":"x","title":"t","colour":1}""", "is damaged: ")]
    [InlineData("""{"schema":"prunus-record/1","verb":"x","verb":"y","title":"t"}""", "is damaged: ")]
    [InlineData("""{"schema":"prunus-record/1","verb":null,"title":"t"}""", "is damaged: ")]
    [InlineData("""{"schema":"prunus-record/1","verb":"x","title":"t","metrics":{"loss":{"value":"much"}}}""", "is damaged: ")]
    [InlineData("""{"schema":"prunus-record/1","verb":"x","title":"t","claims":[{"id":"a","text":"b","estimate":1,"low":0,"high":2,"verdict":"MAYBE"}]}""", "is damaged: ")]
    [InlineData("""{"schema":"prunus-record/1","verb":"x","title":"t","series":[{"chart":"c","name":"n","x_label":"x","y_label":"y","x":[1],"y":[]}]}""", "series 'n' has 1 x and 0 y values")]
    [InlineData("""{"schema":"prunus-record/1","verb":"x","title":"t","cut":{"donor_hidden":8,"kept_hidden":8,"layers":[{"kept":true,"donor_ffn":1,"kept_ffn":2,"donor_query_heads":1,"kept_query_heads":1,"donor_kv_groups":1,"kept_kv_groups":1}]}}""", "keeps more of a layer than its donor had")]
    public void DamagedRecord_IsOneLine(string text, string problem)
    {
        using var temporary = new TemporaryFolder();
        File.WriteAllText(temporary["record.json"], text);
        var e = Assert.Throws<PrunusInputException>(() => RecordJson.ReadRecord(temporary.Path));
        Assert.StartsWith($"{temporary["record.json"]}: {problem}", e.Message, StringComparison.Ordinal);
    }

    // Fields come with later versions; records of earlier ones lack them.
    [Fact]
    public void EveryCommittedRecord_IsRead()
    {
        string[] folders = [.. Directory.EnumerateFiles(Checkout.Path("docs", "results"), Prunus.Runs.Record.FileName, SearchOption.AllDirectories).Select(f => Path.GetDirectoryName(f)!)];
        Assert.NotEmpty(folders);
        Assert.All(folders, f => Assert.NotEmpty(Prunus.Reports.HtmlReport.Render(RecordJson.ReadRecord(f), RecordJson.ReadEnvironment(f))));
    }

    [Fact]
    public void MissingRecord_IsOneLine()
    {
        var e = Assert.Throws<PrunusInputException>(() => RecordJson.ReadRecord("no/such/run"));
        Assert.Equal("no/such/run: does not exist; check the path", e.Message);
    }

    // The committed schema is what others validate against: it must name exactly the keys that we write.
    [Fact]
    public void Schema_NamesEveryKeyOfARecord()
    {
        var schema = System.Text.Json.Nodes.JsonNode.Parse(File.ReadAllText(Checkout.Path("docs", "record.schema.json")))!;
        var written = System.Text.Json.Nodes.JsonNode.Parse(RecordJson.Bytes(Records.Full()))!;
        Assert.Equal(written.AsObject().Select(p => p.Key).Order(), schema["properties"]!.AsObject().Select(p => p.Key).Order());
        foreach (var (list, definition) in new[]
        {
            ("subjects", "subject"), ("claims", "claim"), ("published", "published_row"), ("series", "series"), ("samples", "sample"), ("artefacts", "artefact"),
            ("bars", "bar_figure"), ("maps", "map_figure"), ("scatters", "scatter_figure"),
        })
        {
            var keys = written[list]!.AsArray().SelectMany(e => e!.AsObject().Select(p => p.Key)).Distinct().Order();
            Assert.Equal(keys, schema["$defs"]![definition]!["properties"]!.AsObject().Select(p => p.Key).Order());
        }

        Assert.Equal(written["cut"]!["layers"]![0]!.AsObject().Select(p => p.Key).Order(), schema["$defs"]!["layer_cut"]!["properties"]!.AsObject().Select(p => p.Key).Order());
    }
}
