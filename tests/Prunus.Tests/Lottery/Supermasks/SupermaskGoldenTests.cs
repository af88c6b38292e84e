using System.Globalization;
using Prunus.Lottery.Supermasks;
using Prunus.Lottery.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Tests.Lottery.Supermasks;

/// <summary>edge-popup and learned masks against goldens/lottery/edge_popup: masks exactly, the rest in float64 to 1e-12 and in float32 to its rounding.</summary>
public sealed class SupermaskGoldenTests
{
    private static readonly ScalarType[] Types = [ScalarType.Float64, ScalarType.Float32];

    public static TheoryData<string, ScalarType> Popups { get; } = new(
        from law in new[] { "kn", "sc" }
        from net in new[] { "plain", "bn" }
        from rule in new[] { "k30.abs", "k50.abs", "k50.raw", "k70.abs" }
        from type in Types
        select ($"{law}.{net}.{rule}", type));

    public static TheoryData<string, string, ScalarType> Learned { get; } = new(
        from law in new[] { "kn", "sc" }
        from rescaling in new[] { "none", "dwr", "dwr_detached" }
        from type in Types
        select (law, rescaling, type));

    [Theory]
    [MemberData(nameof(Popups))]
    public void Popup_equals_the_reference(string name, ScalarType type)
    {
        using var golden = new SupermaskGolden();
        using var scope = NewDisposeScope();
        var parts = name.Split('.');
        var rule = new EdgePopup(int.Parse(parts[2][1..], CultureInfo.InvariantCulture) / 100.0) { Signed = parts[3] == "raw" };
        using var net = golden.Net(parts[0], parts[1] == "bn", rule, "scores", type);
        var masks = net.Masks();
        foreach (var layer in SupermaskGolden.Layers)
        {
            var mask = masks[layer + ".weight"];
            Assert.Equal(golden.Dropped(name, layer), mask.Count - mask.Kept);
            Assert.Equal(golden.Kept($"mask.{parts[2]}.{parts[3]}.{layer}"), Enumerable.Range(0, mask.Count).Select(i => mask[i]));
        }

        Compare(golden, net, name, name + ".score_gradient", name + ".scores_after5", 0.1, 1e-4, type);
    }

    [Theory]
    [MemberData(nameof(Learned))]
    public void Learned_masks_equal_the_reference(string law, string rescaling, ScalarType type)
    {
        using var golden = new SupermaskGolden();
        using var scope = NewDisposeScope();
        var rule = new BernoulliMasks { Rescaling = rescaling switch { "dwr" => MaskRescaling.Differentiated, "dwr_detached" => MaskRescaling.Constant, _ => MaskRescaling.None } };
        using var net = golden.Net(law, norms: false, rule, "bernoulli.logits", type);
        var name = $"bernoulli.{law}.{rescaling}";
        Compare(golden, net, name, name + ".mask_gradient", name + ".mask_logits_after5", 10, 0, type);
    }

    private static void Compare(SupermaskGolden golden, SupermaskNet net, string name, string gradients, string scores, double rate, double decay, ScalarType type)
    {
        var (tight, loose) = type == ScalarType.Float64 ? (1e-12, 1e-11) : (2e-5, 1e-3);
        Draw(0);
        var first = golden.Batch(0, type);
        foreach (var score in net.Parameters.Values)
        {
            score.requires_grad = true;
        }

        var logits = net.Forward(first.Inputs, training: true);
        golden.AssertEqual(name + ".logits", logits, tight);
        var found = autograd.grad([MemberLosses.CrossEntropy(logits, first.Targets, false)], [.. net.Parameters.Values]);
        foreach (var (key, gradient) in net.Parameters.Keys.Zip(found))
        {
            golden.AssertEqual($"{gradients}.{SupermaskGolden.Layer(key)}", gradient, tight);
        }

        foreach (var score in net.Parameters.Values)
        {
            score.requires_grad = false;
        }

        var trainer = new MaskedTrainer(net, step =>
        {
            Draw(step);
            return golden.Batch(step, type);
        }, new() { LastStep = 5, Schedule = LearningRateSchedule.Constant(rate), Optimiser = new SgdOptions { Momentum = 0.9, WeightDecay = decay } });
        using var result = trainer.Run(cancellation: TestContext.Current.CancellationToken);
        Assert.All(golden.Losses(name).Zip(result.Members[0].TrainingLosses), pair => Assert.Equal(pair.First, pair.Second, 2e-5));
        foreach (var (key, score) in net.Parameters)
        {
            golden.AssertEqual($"{scores}.{SupermaskGolden.Layer(key)}", score, loose);
        }

        void Draw(int step) => net.Draw = (i, like) => golden.Read($"bernoulli.noise.{SupermaskGolden.Layers[i]}")[step].view(like.shape).to(type);
    }
}
