using Prunus.Runs;
using Prunus.Tests.Runs;

namespace Prunus.Tests.Cli;

public sealed class TicketBranchTests : IDisposable
{
    private static readonly string[] Training = ["--data", "blobs", "--iterations", "20", "--batch", "50", "--validation", "200", "--evaluate-every", "10", "--seeds", "3", "--device", "cpu", "--quiet"];
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Branch_TrainsTheTicketAsItsSearchDid_AndControlsBesideIt()
    {
        var ticket = Find("early", "--rewind", "5");
        var (code, output, error) = Tool.Run(["ticket", "branch", ticket, "--branch", "reinit,data-order,mask-only", "--replicates", "2", .. Training, "--out", _folder["branched"]]);
        Assert.Equal((0, ""), (code, error));
        Assert.Contains("| given/reinit 1 ", output, StringComparison.Ordinal);
        var (search, given) = (RecordJson.ReadRecord(_folder["early"]).Metrics, RecordJson.ReadRecord(_folder["branched"]).Metrics);
        Assert.All(["final_loss", "early_accuracy", "kept", "final_accuracy"], m => Assert.Equal(search["search/ticket 2." + m].Value, given["given/ticket 1." + m].Value));
        Assert.Equal(15, given["given/ticket 1.search_steps"].Value);
        Assert.Equal(given["given/ticket 1.kept"].Value, given["given/reinit 1.kept"].Value);
        Assert.True(given["given/data-order 1.order_distance"].Value > 0);
        Assert.False(given.ContainsKey("given/ticket 1.dense_distance"));
        Assert.False(File.Exists(_folder[Path.Combine("branched", "tickets")]));
    }

    [Fact]
    public void BadInput_IsOneLine()
    {
        var (early, first) = (Find("early", "--rewind", "5"), Find("first"));
        Refused($"{early}: holds no more weights than its masks keep, and shuffled masks need others; ", early, "shuffle-global");
        Assert.Equal(0, Tool.Run(["ticket", "branch", first, "--branch", "shuffle-global", .. Training, "--out", _folder["shuffled"]]).Code);
        Refused("ticket branch: branch 'rewind' is not known; ", first, "rewind");
        Refused("no.ticket: does not exist; ", "no.ticket", "reinit");
        Refused("--branch: is missing; ", first, null);
        Refused($"{first}: is a ticket of mlp:24-12:1x16x16:4, and fashion-tiny has 10 classes of 1x28x28; ", first, "reinit", "fashion-tiny");
    }

    public void Dispose() => _folder.Dispose();

    private string Find(string name, params string[] more)
    {
        var (code, _, error) = Tool.Run(["ticket", "find", "--net", "mlp:24-12", "--levels", "2", .. Training, "--out", _folder[name], .. more]);
        Assert.Equal((0, ""), (code, error));
        return _folder[Path.Combine(name, "tickets", "search", "seed-3", "level-02.ticket")];
    }

    private void Refused(string start, string file, string? branch, string data = "blobs")
    {
        string[] training = [.. Training];
        training[1] = data;
        var (code, output, error) = Tool.Run(["ticket", "branch", file, .. branch is null ? (string[])[] : ["--branch", branch], .. training, "--out", _folder[$"no-{data}"]]);
        Assert.Equal((2, ""), (code, output));
        Assert.StartsWith("prunus: " + start, error, StringComparison.Ordinal);
        Assert.Equal(1, error.Count(c => c == '\n'));
    }
}
