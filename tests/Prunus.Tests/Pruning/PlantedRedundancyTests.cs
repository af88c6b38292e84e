using Prunus.Decoders;
using Prunus.Pruning;
using TorchSharp;

namespace Prunus.Tests.Pruning;

/// <summary>Parts that do nothing, planted into a model, must be the first to go, and nobody may notice.</summary>
public sealed class PlantedRedundancyTests : IDisposable
{
    private static readonly DecoderConfig Config = new()
    {
        Family = "llama", VocabSize = 50, Hidden = 16, HeadDim = 4, MaxPositions = 64, TiedEmbeddings = true, AttentionScale = 0.5,
        Rope = new RopeConfig(10_000, 4), Layers = [.. Enumerable.Repeat(new LayerConfig(4, 2, 24), 3)],
    };

    private readonly Decoder _donor = Decoder.Initialise(Config, 5, 0.2, torch.CPU, torch.ScalarType.Float32);
    private readonly torch.Tensor _ids = torch.arange(40).view(2, 20);

    public void Dispose()
    {
        _donor.Dispose();
        _ids.Dispose();
    }

    [Fact]
    public void A_dead_neuron_goes_first()
    {
        foreach (var layer in Enumerable.Range(0, 3))
        {
            Zero($"layers.{layer}.mlp.up.weight", 0, 7 + layer, 1);
        }

        var plan = Plan(new PlanTarget { Ffn = 23 });
        Assert.All(Enumerable.Range(0, 3), layer => Assert.DoesNotContain(7 + layer, plan.Ffn![layer]));
        AssertSameLogits(plan);
    }

    [Fact]
    public void Of_two_equal_faint_neurons_one_goes_and_the_other_can_stand_for_both()
    {
        foreach (var layer in Enumerable.Range(0, 3))
        {
            foreach (var part in new[] { "gate", "up" })
            {
                using var scope = torch.NewDisposeScope();
                var weight = _donor.Parameters[$"layers.{layer}.mlp.{part}.weight"];
                weight[5].mul_(0.01);
                weight[17].copy_(weight[5]);
            }
        }

        var plan = Plan(new PlanTarget { Ffn = 23 });
        using var student = Surgery.Prune(_donor, plan);
        using var logits = torch.NewDisposeScope();
        foreach (var layer in Enumerable.Range(0, 3))
        {
            var stays = Assert.Single(plan.Ffn![layer].Intersect([5, 17]));
            var donorDown = _donor.Parameters[$"layers.{layer}.mlp.down.weight"];
            student.Parameters[$"layers.{layer}.mlp.down.weight"].select(1, plan.Ffn[layer].ToList().IndexOf(stays)).add_(donorDown.select(1, 22 - stays));
        }

        Assert.InRange((student.Head(student.Body(_ids)) - _donor.Head(_donor.Body(_ids))).abs().max().item<float>(), 0, 1e-5f);
    }

    [Fact]
    public void A_kv_group_without_values_goes_first()
    {
        foreach (var layer in Enumerable.Range(0, 3))
        {
            Zero($"layers.{layer}.attn.v.weight", 0, 4, 4);
        }

        var plan = Plan(new PlanTarget { KvGroups = 1 });
        Assert.All(plan.KvGroups!, groups => Assert.Equal([0], groups));
        AssertSameLogits(plan);
    }

    [Fact]
    public void A_layer_that_adds_nothing_goes_first()
    {
        Zero("layers.1.attn.o.weight", 0, 0, 16);
        Zero("layers.1.mlp.down.weight", 0, 0, 16);
        var plan = Plan(new PlanTarget { Layers = 2 });
        Assert.Equal([0, 2], plan.Layers);
        AssertSameLogits(plan);
    }

    [Fact]
    public void A_silent_channel_goes_first()
    {
        Zero("embed.weight", 1, 3, 1);
        foreach (var layer in Enumerable.Range(0, 3))
        {
            Zero($"layers.{layer}.attn.o.weight", 0, 3, 1);
            Zero($"layers.{layer}.mlp.down.weight", 0, 3, 1);
        }

        Assert.DoesNotContain(3, Plan(new PlanTarget { Hidden = 15 }).Hidden!);
    }

    private PruningPlan Plan(PlanTarget target) => Selection.Plan(
        Config, Planner.Propose(Config, target).Shape, ImportanceSweep.Run(_donor, [_ids], null, null, TestContext.Current.CancellationToken));

    private void Zero(string name, int dimension, int start, int length)
    {
        using var part = _donor.Parameters[name].narrow(dimension, start, length);
        part.zero_();
    }

    private void AssertSameLogits(PruningPlan plan)
    {
        using var scope = torch.NewDisposeScope();
        using var student = Surgery.Prune(_donor, plan);
        Assert.InRange((student.Head(student.Body(_ids)) - _donor.Head(_donor.Body(_ids))).abs().max().item<float>(), 0, 1e-5f);
    }
}
