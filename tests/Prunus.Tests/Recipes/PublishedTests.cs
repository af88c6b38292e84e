using Prunus.Recipes;

namespace Prunus.Tests.Recipes;

/// <summary>What of a ticket recipe stands beside numbers of others.</summary>
public sealed class PublishedTests
{
    private const string Row = "{source: a paper, row: r, measure: m, value: 38, ours: {below: [a/ticket 1.early_iteration, a/ticket 0.early_iteration], times: 100}}";
    private const string Other = "{name: theirs, like: ours, source: a paper, x: [50, 20], y: [0.9, 0.8]}";
    private static readonly string Good = WrittenRecipe.Text("lottery-tickets", $"""
            net: "mlp:24-12"
            data: blobs
            train: {"{optimizer: sgd, lr: 0.05, batch: 50, iterations: 20, evaluate_every: 10, validation: 200, test_images: 200}"}
            cut: {"{linear: 40%, output: 20%, levels: 0..1}"}
        experiments:
          - {"{name: a}"}
        published:
          - {Row}
        figures:
          - kind: levels
            title: t
            y: early_accuracy
            y_label: accuracy
            series: [{"{name: ours, of: a/ticket}, {name: density, of: a/ticket, y: \"density:fc1\", like: ours}"}]
            others: [{Other}]
          - {"{kind: training, title: u, from: 5, to: 20, series: [{name: \"{pm} %\", of: a/ticket 1}]}"}
          - {"{kind: layers, title: v, of: a/ticket}"}
        """);

    // 60 of 100 steps are 40 % fewer; 0.6 of them; 40 less.
    [Theory]
    [InlineData(MeasuredForm.Below, 40)]
    [InlineData(MeasuredForm.Ratio, 60)]
    [InlineData(MeasuredForm.Minus, -4000)]
    public void Two_metrics_are_set_against_each_other(MeasuredForm form, double expected)
    {
        var ours = new MeasuredBeside(new("a/ticket 1", "early_iteration"), form, new("a/ticket 0", "early_iteration"), 100);
        Assert.Equal(expected, ours.Value(m => m.Variant == "a/ticket 1" ? 60 : 100), 12);
        Assert.Equal(60, (ours with { Other = null, Times = 1 }).Value(_ => 60));
        Assert.True(double.IsNaN(ours.Value(_ => double.NaN)));
    }

    [Fact]
    public void A_recipe_says_it()
    {
        var size = RecipeReader.Read("mine.yaml", Good).Size("tiny");
        Assert.Equal(new MeasuredBeside(new("a/ticket 1", "early_iteration"), MeasuredForm.Below, new("a/ticket 0", "early_iteration"), 100), size.Published[0].Ours);
        var levels = Assert.IsType<RecipeFigure.Levels>(size.Figures[0]);
        Assert.Equal((("early_accuracy", (string?)null), ("density:fc1", "ours")), ((levels.Series[0].Y, levels.Series[0].Like), (levels.Series[1].Y, levels.Series[1].Like)));
        Assert.Equal(("theirs", "a paper", "ours"), (levels.Others[0].Name, levels.Others[0].Source, levels.Others[0].Like));
        Assert.Equal([50.0, 20], levels.Others[0].X);
        Assert.Equal(["a/ticket 1"], Assert.IsType<RecipeFigure.Layers>(size.Figures[2]).Cells);
    }

    [Theory]
    [InlineData("ours: {below: [", "ours: {minus: [a/ticket 1.pm, a/ticket 0.pm], below: [", "mine.yaml:18: sets two metrics against each other in no way or several; write one of minus, ratio and below")]
    [InlineData("[a/ticket 1.early_iteration, a", "[a", "mine.yaml:18: 'below' has 1 metrics; name two")]
    [InlineData("times: 100", "time: 100", "mine.yaml:18: 'time' is no key here; did you mean 'times'?")]
    [InlineData("y: [0.9, 0.8]", "y: [0.9]", "mine.yaml:25: 'y' has 1 values and x 2; give one for each")]
    [InlineData("x: [50, 20]", "x: [50, 0]", "mine.yaml:25: 'x' is a share of weights left; give percent, above 0")]
    [InlineData("y: [0.9, 0.8]", "y: [0.9, NaN]", "mine.yaml:25: 'y' has 'NaN'; y must be numbers")]
    [InlineData("like: ours, source", "like: theirs, source", "mine.yaml:25: 'like' names the line 'theirs', which does not stand before; name one of 'series'")]
    [InlineData("from: 5, to: 20", "from: 20, to: 5", "mine.yaml:26: 'from' is 20, and 'to' 5; draw from an earlier step to a later one")]
    [InlineData("of: a/ticket 1}", "of: a/tickets 1}", "mine.yaml:26: 'series' names the variant 'a/tickets 1'; did you mean 'a/ticket 1'?")]
    public void Faults_name_their_line(string good, string bad, string message)
    {
        var fault = Assert.Throws<PrunusInputException>(() => RecipeReader.Read("mine.yaml", Good.Replace(good, bad, StringComparison.Ordinal)));
        Assert.Equal(message, fault.Message);
    }
}
