using Prunus.Decoders;
using Prunus.Pruning;
using Prunus.Tests.Native;
using TorchSharp;

namespace Prunus.Tests.Pruning;

public sealed class IterativePruningTests : IDisposable
{
    private static readonly DecoderConfig Config = new()
    {
        Family = "llama", VocabSize = 50, Hidden = 32, HeadDim = 4, MaxPositions = 64, TiedEmbeddings = true, AttentionScale = 0.5,
        Rope = new RopeConfig(10_000, 4), Layers = [.. Enumerable.Repeat(new LayerConfig(8, 4, 48), 5)],
    };

    private readonly Decoder _donor = RandomDecoder.Make(Config, 3);
    private readonly torch.Tensor _ids = torch.arange(48).view(3, 16);

    private static readonly PlanTarget Target = new() { Hidden = 16, Ffn = 16, KvGroups = 2, QueryHeads = 2, Layers = 3, RoundTo = 8, AllowUnloadable = true };

    public void Dispose()
    {
        _donor.Dispose();
        _ids.Dispose();
    }

    [Fact]
    public void Two_parts_are_two_cuts_by_hand()
    {
        using var scope = torch.NewDisposeScope();
        var both = Prune(_donor, new PruneOptions { Target = Target, Iterations = 2 });
        var first = Prune(_donor, new PruneOptions { Target = Target with { Hidden = 24, Ffn = 32, KvGroups = 3, QueryHeads = 6, Layers = 4 } });
        using var half = Surgery.Prune(_donor, first.Plan);
        using var byHand = Surgery.Prune(half, Prune(half, new PruneOptions { Target = Target }).Plan);
        using var student = Surgery.Prune(_donor, both.Plan);
        Assert.Equal(byHand.Parameters.Keys.Order(), student.Parameters.Keys.Order());
        foreach (var (name, values) in byHand.Parameters)
        {
            Assert.True(values.equal(student.Parameters[name]).all().item<bool>(), name);
        }

        Assert.NotEqual(Prune(_donor, new PruneOptions { Target = Target }).Plan.ToJson(), both.Plan.ToJson());
        Assert.Equal(Config.LayerCount, both.Scores.Of("bi", 5).Count);
        Assert.Contains(both.Notes, n => n.Contains("2 times", StringComparison.Ordinal));
    }

    [Fact]
    public void One_part_is_the_single_cut()
    {
        var once = Prune(_donor, new PruneOptions { Target = Target });
        var scores = ImportanceSweep.Run(_donor, [_ids], null, null, TestContext.Current.CancellationToken);
        Assert.Equal(Selection.Plan(Config, Planner.Propose(Config, Target).Shape, scores).ToJson(), once.Plan.ToJson());
        Assert.Equal(once.Plan.ToJson(), Prune(_donor, new PruneOptions { Target = Target, Iterations = 1 }).Plan.ToJson());
        Assert.False(new PruneOptions { Target = Target }.ToJson().ContainsKey("iterations"));
        Assert.Equal(2, (int)new PruneOptions { Target = Target, Iterations = 2 }.ToJson()["iterations"]!);
    }

    [Fact]
    public void Axes_that_stay_whole_are_not_in_the_plan()
    {
        var plan = Prune(_donor, new PruneOptions { Target = new PlanTarget { Hidden = 16 }, Iterations = 4 }).Plan;
        Assert.Equal(16, plan.Hidden!.Count);
        Assert.True(plan is { Ffn: null, KvGroups: null, QueryHeads: null, Layers: null });
    }

    [Fact]
    public void Depth_losses_are_measured_on_what_is_left()
    {
        var plan = Prune(_donor, new PruneOptions { Target = new PlanTarget { Layers = 2 }, LayersBy = "ppl", Iterations = 3 }).Plan;
        Assert.Equal(2, plan.Layers!.Count);
    }

    [Fact]
    public void Nothing_leaks() => TensorLeaks.AssertNone(() => Prune(_donor, new PruneOptions { Target = Target, Iterations = 3 }));

    [Fact]
    public void What_cannot_be_done_in_parts_is_refused()
    {
        Assert.Contains("--iterations", Refused(() => Prune(_donor, new PruneOptions { Target = Target, Iterations = 0 })), StringComparison.Ordinal);
        Assert.Contains("--merge-heads", Refused(() => Prune(_donor, new PruneOptions { Target = Target, Iterations = 2, Merge = HeadMerging.Flipped })), StringComparison.Ordinal);
        var scores = Prune(_donor, new PruneOptions { Target = Target }).Scores;
        Assert.Contains("saved scores", Refused(() => Pruner.FromScores(Config, scores, new PruneOptions { Target = Target, Iterations = 2 })), StringComparison.Ordinal);
        using var uneven = RandomDecoder.Make(Config with { Layers = [new LayerConfig(8, 4, 48), new LayerConfig(8, 4, 40)] }, 4);
        Assert.Contains("one width", Refused(() => Prune(uneven, new PruneOptions { Target = new PlanTarget { Hidden = 16 }, Iterations = 2 })), StringComparison.Ordinal);
    }

    private PruneResult Prune(Decoder model, PruneOptions options) => Pruner.Prune(model, [_ids], options, 1, null, TestContext.Current.CancellationToken);

    private static string Refused(Action act) => Assert.Throws<PrunusInputException>(act).Message;
}
