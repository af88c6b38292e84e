using System.Text.Json.Nodes;
using Prunus.Decoders;
using Prunus.Pruning;
using Prunus.Shrinking;
using Prunus.Tests.Cli;
using Prunus.Tests.Runs;

namespace Prunus.Tests.Shrinking;

public class AdviceTests
{
    private static readonly PruneOptions Half = new() { Target = new PlanTarget { Keep = 0.5 } };

    private static DecoderConfig Donor(int hidden, int layers, int ffn = 1536, int vocabulary = 49152) => new()
    {
        Family = "llama", VocabSize = vocabulary, Hidden = hidden, HeadDim = 64, MaxPositions = 64, TiedEmbeddings = true, AttentionScale = 0.125,
        Rope = new RopeConfig(10_000, 64), Layers = [.. Enumerable.Repeat(new LayerConfig(9, 3, ffn), layers)],
    };

    [Theory]
    [InlineData(576, 30, true)]
    [InlineData(960, 32, true)]
    [InlineData(1024, 32, false)]
    [InlineData(2048, 24, false)]
    [InlineData(144, 6, false)]
    public void Deep_and_thin_is_many_layers_for_the_width(int hidden, int layers, bool deep)
    {
        Assert.Equal(deep, Advice.IsDeepAndThin(Donor(hidden, layers)));
        var (options, notes) = Advice.ForPruning(Donor(hidden, layers), Half, false, false);
        Assert.Equal(deep ? [Axis.Ffn, Axis.Layers] : [Axis.Hidden, Axis.Ffn], options.Target.Axes);
        Assert.Equal(deep ? 2 : 1, notes.Count);
        Assert.Contains("practice 4", notes[0], StringComparison.Ordinal);
        Assert.Equal(deep, notes[0].Contains("against", StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_given_wins()
    {
        var donor = Donor(576, 30);
        Assert.Empty(Advice.ForPruning(donor, Half, true, true).Notes);
        Assert.Equal([Axis.Hidden, Axis.Ffn], Advice.ForPruning(donor, Half, true, true).Options.Target.Axes);
        Assert.Equal([Axis.Hidden, Axis.Ffn], Advice.ForPruning(donor, new PruneOptions { Target = new PlanTarget { Keep = 0.5, Layers = 22 } }, false, true).Options.Target.Axes);
        Assert.Empty(Advice.ForPruning(donor, new PruneOptions { Target = new PlanTarget { Hidden = 512 } }, false, false).Notes);
        var healing = new HealingOptions { Steps = 300, LearningRate = 1e-4 };
        Assert.Equal(healing, Advice.ForHealing(donor, Donor(576, 10), healing, true, true).Options);
    }

    [Fact]
    public void A_budget_out_of_reach_falls_back()
    {
        var (options, notes) = Advice.ForPruning(Donor(576, 30), Half with { Target = new PlanTarget { Keep = 0.15 } }, false, false);
        Assert.Equal([Axis.Hidden, Axis.Ffn], options.Target.Axes);
        Assert.Contains("does not reach", Assert.Single(notes), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(300, 17, 800, 2e-3, true)]
    [InlineData(99, 17, 800, 5e-4, true)]
    [InlineData(300, 19, 1536, 5e-4, false)]
    [InlineData(300, 18, 1536, 5e-4, true)]
    public void Rate_and_states_follow_the_cut(int steps, int layers, int ffn, double rate, bool states)
    {
        var (options, notes) = Advice.ForHealing(Donor(576, 30), Donor(576, layers, ffn), new HealingOptions { Steps = steps }, false, false);
        Assert.Equal(rate, options.LearningRate);
        Assert.Equal(states, options.HiddenStates is not null);
        Assert.Equal((rate == 2e-3 ? 1 : 0) + (states ? 1 : 0), notes.Count);
        Assert.Null(Advice.ForHealing(Donor(576, 30), Donor(576, layers, ffn), new HealingOptions { Steps = steps, KlWeight = 0, CrossEntropyWeight = 1 }, false, false).Options.HiddenStates);
    }

    [Fact]
    public void Ten_practices_in_order()
    {
        Assert.Equal(Enumerable.Range(1, 10), Practice.All.Select(p => p.Number));
        Assert.All(Practice.All, p => Assert.Equal(p.Measured is null, p.Agrees is null));
    }

    [Fact]
    public void Verbs_say_what_was_chosen()
    {
        using var temporary = new TemporaryFolder();
        var donor = temporary["donor"];
        SmallJob.WriteDonor(donor, SmallJob.Config());
        var (code, _, error) = Tool.Run("plan", donor, "--keep", "60%");
        Assert.Equal(0, code);
        Assert.Contains("prunus: note: advice: --axes hidden,ffn by practice 4", error, StringComparison.Ordinal);
        Assert.Equal((0, ""), Quietly("--no-advice"));
        Assert.Equal((0, ""), Quietly("--axes", "hidden,ffn"));
        var json = JsonNode.Parse(Tool.Run("plan", donor, "--keep", "60%", "--json").Out)!;
        Assert.Contains("practice 4", json["notes"]!.ToJsonString(), StringComparison.Ordinal);

        (int, string) Quietly(params string[] options)
        {
            var run = Tool.Run(["plan", donor, "--keep", "60%", .. options]);
            return (run.Code, run.Error);
        }
    }

    [Fact]
    public void Notes_are_no_part_of_a_runs_identity()
    {
        using var job = new SmallJob();
        Assert.Equal(job.Options.ToJson(new string('a', 64), "cpu").ToJsonString(), (job.Options with { Notes = ["chosen"] }).ToJson(new string('a', 64), "cpu").ToJsonString());
    }
}
