using Prunus.Distillation.HiddenStates;

namespace Prunus.Tests.Distillation.HiddenStates;

public class HiddenStateOptionsTests
{
    [Theory]
    [InlineData("output@29:13,embedding;loss=cosine;alpha=dynamic")]
    [InlineData("output@29:13+15:7,attention@all,input@last,mlp-input@last-3,output-raw@0:0,final;loss=l2-relative;alpha=0.25;bias=on;projection=always;heads=3")]
    public void Text_survives_a_round_trip(string text) => Assert.Equal(text, HiddenStateOptions.Parse(text).ToString());

    [Fact]
    public void Defaults_are_the_papers_best()
    {
        var options = HiddenStateOptions.Parse(" output , embedding ");
        Assert.Equal("output@last-2,embedding;loss=cosine;alpha=dynamic", options.ToString());
        Assert.Null(options.Alpha);
        Assert.Equal([new LayerPair(29, 13)], options.Parts[0].Map!.Resolve(32, 16, null));
    }

    [Theory]
    [InlineData("outptu", "there is no state 'outptu'", "did you mean 'output'")]
    [InlineData("", "there is no state ''", "embedding")]
    [InlineData("output@13", "'13' is no layer map", "29:13")]
    [InlineData("output@-1:2", "'-1:2' is no layer map", "29:13")]
    [InlineData("output@last-", "'last-' is no layer map", "29:13")]
    [InlineData("embedding@1:1", "'embedding' is in no layer", "write")]
    [InlineData("final,final", "'final' is there twice", "once")]
    [InlineData("output;loss=cosin", "there is no loss 'cosin'", "did you mean 'cosine'")]
    [InlineData("output;alpha=0", "alpha 0 is not above 0", "dynamic")]
    [InlineData("output;alpha=big", "alpha cannot be 'big'", "dynamic")]
    [InlineData("output;heads=0", "heads 0 is below 1", "relation heads")]
    [InlineData("output;bias=maybe", "bias cannot be 'maybe'", "on or off")]
    [InlineData("output;projection", "'projection' is no setting", "write")]
    [InlineData("output;los=mse", "there is no setting 'los'", "did you mean 'loss'")]
    public void Faults_are_named(string text, string problem, string remedy)
    {
        var error = Assert.Throws<PrunusInputException>(() => HiddenStateOptions.Parse(text));
        Assert.StartsWith("--hidden-states: " + problem, error.Message, StringComparison.Ordinal);
        Assert.Contains(remedy, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_follows_the_plan()
    {
        Assert.Equal([new(1, 0), new LayerPair(3, 1)], LayerMap.All.Resolve(5, 2, [1, 3]));
        Assert.Equal([new(0, 0), new LayerPair(1, 1)], LayerMap.All.Resolve(2, 2, null));
        Assert.Contains("--plan", Assert.Throws<PrunusInputException>(() => LayerMap.All.Resolve(5, 2, null)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("30:1", "teacher: its layers are 0 to 29")]
    [InlineData("3:15", "student: its layers are 0 to 14")]
    [InlineData("last-15", "student: its layers are 0 to 14")]
    public void Maps_that_point_outside_name_the_range(string map, string expected)
    {
        var error = Assert.Throws<PrunusInputException>(() => LayerMap.TryParse(map)!.Resolve(30, 15, null));
        Assert.Contains($"layer map '{map}' points outside the {expected}", error.Message, StringComparison.Ordinal);
    }
}
