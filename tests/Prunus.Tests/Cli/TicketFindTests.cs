using Prunus.Datasets.Images;
using Prunus.Lottery.Experiments;
using Prunus.Lottery.Masks;
using Prunus.Lottery.Tickets;
using Prunus.Lottery.Training;
using Prunus.Recipes;
using Prunus.Runs;
using Prunus.Tests.Runs;

namespace Prunus.Tests.Cli;

public sealed class TicketFindTests : IDisposable
{
    private static readonly string[] Small =
        ["--net", "mlp:24-12", "--data", "blobs", "--levels", "2", "--iterations", "20", "--batch", "50", "--validation", "200", "--evaluate-every", "10", "--device", "cpu"];

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Find_LeavesTicketsATableAndTheRecipe()
    {
        var (code, output, error) = Tool.Run(["ticket", "find", .. Small, "--seeds", "3..4", "--branches", "reinit", "--rewind", "5", "--cut", "40%", "--pixels", "unit", "--out", _folder["found"], "--quiet"]);
        Assert.Equal((0, ""), (code, error));
        Assert.Contains("| search/ticket 2 |", output, StringComparison.Ordinal);
        Assert.Contains("| search/reinit 2 |", output, StringComparison.Ordinal);
        foreach (var seed in new[] { 3, 4 })
        {
            var ticket = TicketFile.Read(_folder[Path.Combine("found", "tickets", "search", $"seed-{seed}", "level-02.ticket")]);
            Assert.Equal(("mlp:24-12:1x16x16:4", seed, 5L), (ticket.Architecture, ticket.Seed, ticket.RewindStep));

            // 256 · 24, 24 · 12 and 12 · 4 weights; of the first two 40 % go twice, of the last 20 %.
            Assert.Equal([2213, 104, 32], ticket.Masks.Names.Select(n => ticket.Masks[n].Kept));
        }

        // The recipe that was run is left, and is one.
        var path = _folder[Path.Combine("found", "recipe.yaml")];
        Assert.Equal(PixelScale.Unit, RecipeReader.Read(path, File.ReadAllText(path)).Size("cpu").Tickets!.Experiments[0].Training.Pixels);
        Assert.Equal(["search/ticket 0", "search/ticket 1", "search/ticket 2", "search/reinit 1", "search/reinit 2"], RecipeReader.Read(path, File.ReadAllText(path)).Size("cpu").CellNames);
        Assert.Equal("ticket-find", RecordJson.ReadRecord(_folder["found"]).Recipe);
    }

    [Fact]
    public void Find_TakesWhatRecipesTake()
    {
        var (code, output, error) = Tool.Run(
            ["ticket", "find", .. Small, "--seeds", "3", "--cosine", "--images", "500", "--test-images", "100", "--distil", "0.5", "--tau", "2", "--rule", "open-lth", "--rewind", "5", "--rewind-kind", "weights-and-state", "--out", _folder["found"], "--quiet"]);
        Assert.Equal((0, ""), (code, error));
        var path = _folder[Path.Combine("found", "recipe.yaml")];
        var experiment = RecipeReader.Read(path, File.ReadAllText(path)).Size("cpu").Tickets!.Experiments[0];
        Assert.Equal((true, 500, 100, new TicketTeaching(0.5, 2)), (experiment.Training.Cosine, experiment.Training.Images, experiment.Training.TestImages, experiment.Training.Distil));
        Assert.Equal((MaskRule.OpenLth, RewindKind.WeightsAndState), (experiment.Cutting.Options.Rule, experiment.Rewinding.Kind));

        // open_lth cuts one weight more than the share, at least: of 6,144 the 1,228.8 lowest, rounded up, and the one at the threshold.
        Assert.Equal(6144 - 1230, TicketFile.Read(_folder[Path.Combine("found", "tickets", "search", "seed-3", "level-01.ticket")]).Masks["fc1.weight"].Kept);
        (code, output, error) = Tool.Run(["ticket", "find", .. Without("--levels"), "--seeds", "3", "--pattern", "2:4", "--out", _folder["pattern"], "--quiet"]);
        Assert.Equal((0, ""), (code, error));
        Assert.Contains("| search/ticket 1 |", output, StringComparison.Ordinal);
        Assert.Equal(0.5, TicketFile.Read(_folder[Path.Combine("pattern", "tickets", "search", "seed-3", "level-01.ticket")]).Masks.Density);
    }

    [Theory]
    [InlineData("--tau: is that of a teacher, and there is none; ", "--tau", "2")]
    [InlineData("ticket find: N:M pattern '4:2' is not N:M ", "--pattern", "4:2")]
    [InlineData("ticket find: search cuts to a pattern at level 2; ", "--pattern", "2:4")]
    [InlineData("--distil: 2 is out of range; ", "--distil", "2")]
    [InlineData("--rule: 'exact' is none of its values; ", "--rule", "exact")]
    [InlineData("--rewind-kind: 'state' is none of its values; ", "--rewind-kind", "state")]
    [InlineData("ticket find: initialisation 'normal-0.02' is not known; ", "--init", "normal-0.02")]
    [InlineData("ticket find: search cuts by 'snip', which looks at gradients", "--criterion", "snip")]
    [InlineData("ticket find: search rewinds to step 20 of 20; ", "--rewind", "20")]
    [InlineData("ticket find: net 'mlp' lacks widths; ", "--net", "mlp")]
    [InlineData("ticket find: blob is no set of images that is known; ", "--data", "blob")]
    [InlineData("ticket find: blobs: has 2000 training images, too few for 1990 held back (validation) and a batch of ", "--validation", "1990")]
    [InlineData("--seeds: has 'x'; ", "--seeds", "x")]
    [InlineData("--seeds: has 3 twice; ", "--seeds", "3,1..4")]
    [InlineData("--seeds: has the range '4..2'; ", "--seeds", "4..2")]
    [InlineData("--cut-output: says what goes of the last layer where --cut is given, and it is not; ", "--cut-output", "10%")]
    [InlineData("ticket find: branch 'rainit' is not known; ", "--branches", "rainit")]
    [InlineData("--branches: ',' holds nothing; ", "--branches", ",")]
    [InlineData("--drops: ',' holds nothing; ", "--drops", ",")]
    [InlineData("--min-keep: -1 is out of range; ", "--min-keep", "-1")]
    [InlineData("--cut: 120% is out of range; ", "--cut", "120%")]
    [InlineData("--momentum: is that of sgd; ", "--momentum", "0.5")]
    [InlineData("--block: does not go with images; ", "--block", "10")]
    [InlineData("--model: does not go with images; ", "--model", "a=b")]
    public void BadInput_IsOneLineBeforeAnythingIsWritten(string start, string option, string value)
    {
        string[] arguments = [.. Small];
        var at = Array.IndexOf(arguments, option);
        var (code, output, error) = Tool.Run(["ticket", "find", .. at < 0 ? arguments : [.. arguments[..at], .. arguments[(at + 2)..]], option, value, "--out", _folder["no"]]);
        Assert.Equal((2, ""), (code, output));
        Assert.StartsWith("prunus: " + start, error, StringComparison.Ordinal);
        Assert.Equal(1, error.Count(c => c == '\n'));
        Assert.False(Directory.Exists(_folder["no"]));
    }

    [Fact]
    public void TrainingsThatBreakDown_AreTold()
    {
        var (code, output, error) = Tool.Run(["ticket", "find", .. Small, "--optimizer", "sgd", "--lr", "100", "--momentum", "0.9", "--out", _folder["broken"]]);
        Assert.Equal(0, code);
        Assert.Contains(" failed |", output, StringComparison.Ordinal);
        Assert.Contains("prunus: warning: search/ticket 0 (seed ", error, StringComparison.Ordinal);
        Assert.Contains("a loss or weight became NaN or infinite there", error, StringComparison.Ordinal);
    }

    [Fact]
    public void NothingButBrokenTrainings_IsAFailedRun()
    {
        var (code, _, error) = Tool.Run(["ticket", "find", .. Small, "--optimizer", "sgd", "--lr", "100", "--weight-decay", "1", "--out", _folder["all"]]);
        Assert.Equal(1, code);
        Assert.EndsWith("prunus: ticket find: every training broke down (a loss or weight was NaN or infinite); use a lower learning rate (lr)\n", error, StringComparison.Ordinal);
        Assert.True(File.Exists(_folder[Path.Combine("all", "record.json")]));
    }

    [Fact]
    public void LevelsThatCutNothing_AreTold()
    {
        string[] arguments = [.. Small];
        arguments[Array.IndexOf(arguments, "--levels") + 1] = "9";
        var (code, _, error) = Tool.Run(["ticket", "find", .. arguments, "--cut", "90%", "--cut-output", "90%", "--out", _folder["few"]]);
        Assert.Equal(0, code);
        Assert.Matches("search: level [0-9]( and [0-9] more)? cut nothing: ", error);
    }

    // 48 weights of the last layer: 30 % are 14, and 34 would be left; of 40, 12 would go then.
    [Theory]
    [InlineData("end", 12)]
    [InlineData("training", 40 - 24)]
    [InlineData("initialisation", 40 - 24)]
    public void WeightsHeldBack_AreToldAndKeptInTheTicket(string at, int heldBack)
    {
        string[] criterion = at == "initialisation" ? ["--criterion", "snip"] : [];
        var (code, _, error) = Tool.Run(["ticket", "find", .. Small, "--seeds", "1", "--cut", "60%", "--min-keep", "40", "--at", at, .. criterion, "--out", _folder["held"]]);
        Assert.Equal(0, code);
        Assert.Contains("prunus: warning: search: level 1 and 1 more cut less than asked: min_keep keeps weights that would go (6 at level 1); lower it for the counts that rounds leave", error, StringComparison.Ordinal);
        var metrics = RecordJson.ReadRecord(_folder["held"]).Metrics;
        Assert.Equal((6.0, heldBack), (metrics["search/ticket 1.held_back"].Value, (int)metrics["search/ticket 2.held_back"].Value));
        var ticket = TicketFile.Read(_folder[Path.Combine("held", "tickets", "search", "seed-1", "level-02.ticket")]);
        Assert.Equal(40, ticket.Masks["fc3.weight"].Kept);
        if (at != "training")
        {
            Assert.Equal(heldBack, ticket.Metadata["held_back"]!.GetValue<int>());
        }
    }

    [Fact]
    public void MinimaThatKeepAll_AreTheReasonThatNothingIsCut()
    {
        var (code, _, error) = Tool.Run(["ticket", "find", .. Small, "--seeds", "1", "--min-keep", "100000", "--out", _folder["all"]]);
        Assert.Equal(0, code);
        Assert.Contains("prunus: warning: search: level 1 and 1 more cut nothing: min_keep keeps all weights that would go; lower it, or list fewer levels", error, StringComparison.Ordinal);
        Assert.DoesNotContain("less than", error, StringComparison.Ordinal);
    }

    // Some weights are left in every layer, and none lead on.
    [Fact]
    public void LayersWhoseUnitsAreAllDead_AreTold()
    {
        string[] arguments = [.. Small];
        arguments[Array.IndexOf(arguments, "--levels") + 1] = "3";
        var (code, _, error) = Tool.Run(["ticket", "find", .. arguments, "--seeds", "1", "--cut", "80%", "--cut-output", "80%", "--out", _folder["dead"]]);
        Assert.Equal(0, code);
        Assert.Contains("prunus: warning: search/ticket 3 (seed 1): all units of a layer are dead ", error, StringComparison.Ordinal);
        var metrics = RecordJson.ReadRecord(_folder["dead"]).Metrics;
        Assert.Equal((2.0, 36.0, 0.0), (metrics["search/ticket 3.dead_axes"].Value, metrics["search/ticket 3.dead_units"].Value, metrics["search/ticket 3.emptied"].Value));
        Assert.Equal(0, metrics["search/ticket 1.dead_axes"].Value);
    }

    [Fact]
    public void OtherOptions_AreRefusedInWords()
    {
        Assert.Equal(0, Tool.Run(["ticket", "find", .. Small, "--out", _folder["once"]]).Code);
        var (code, _, error) = Tool.Run(["ticket", "find", .. Small, "--lr", "0.01", "--out", _folder["once"]]);
        Assert.Equal(2, code);
        Assert.Contains("holds another run: one with other options, which its recipe.yaml has; ", error, StringComparison.Ordinal);
    }

    [Fact]
    public void OpenLth_IsOfRounds() => Tool.Refused(
        "ticket find: search cuts by the rule open-lth, which is of rounds by scores and has no count; ", ["ticket", "find", .. Small, "--rule", "open-lth", "--once", "--out", _folder["no"]]);

    [Fact]
    public void NetAndDataAreNeeded() => Assert.StartsWith("prunus: --net: is missing; ", Tool.Run("ticket", "find", "--data", "blobs").Error, StringComparison.Ordinal);

    public void Dispose() => _folder.Dispose();

    private static string[] Without(string option) => Array.IndexOf(Small, option) is var at ? [.. Small[..at], .. Small[(at + 2)..]] : Small;
}
