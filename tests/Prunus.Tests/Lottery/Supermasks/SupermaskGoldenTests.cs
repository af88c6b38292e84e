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

    public static TheoryData<string, ScalarType> Popups { get; } = new(from name in SupermaskGolden.Cases(learned: false) from type in Types select (name, type));

    public static TheoryData<string, ScalarType> Learned { get; } = new(from name in SupermaskGolden.Cases(learned: true) from type in Types select (name, type));

    // LAW.NET.KEPT.RANKING
    [Theory]
    [MemberData(nameof(Popups))]
    public void Popup_equals_the_reference(string name, ScalarType type)
    {
        using var golden = new SupermaskGolden();
        using var scope = NewDisposeScope();
        var (parts, row) = (name.Split('.'), golden.File.Json[name]);
        using var net = golden.Net(parts[0], parts[1] == "bn", new EdgePopup(row["k"].Number) { Signed = parts[3] == "raw" }, "scores", type);
        var masks = net.Masks();
        foreach (var layer in golden.Layers)
        {
            var mask = masks[layer + ".weight"];
            Assert.Equal(row["dropped"][layer].Integer, mask.Count - mask.Kept);
            Assert.Equal(golden.File.Mask($"mask.{parts[2]}.{parts[3]}.{layer}").KeptIndices(), mask.KeptIndices());
        }

        Compare(golden, net, name, "score_gradient", "scores_after", 0.1, 1e-4, type);
        golden.File.AssertAllRead($"mask.{parts[2]}.{parts[3]}");
    }

    // bernoulli.LAW.RESCALING
    [Theory]
    [MemberData(nameof(Learned))]
    public void Learned_masks_equal_the_reference(string name, ScalarType type)
    {
        using var golden = new SupermaskGolden();
        using var scope = NewDisposeScope();
        var parts = name.Split('.');
        var rule = new BernoulliMasks
        {
            Rescaling = parts[2] switch { "dwr" => MaskRescaling.Differentiated, "dwr_detached" => MaskRescaling.Constant, "none" => MaskRescaling.None, _ => throw new ArgumentException(name) },
        };
        using var net = golden.Net(parts[1], norms: false, rule, "bernoulli.logits", type);
        Draw(golden, net, 0, type);
        Tensor[] scores = [.. net.Parameters.Values];
        var drawn = rule.Factors(scores, 0, i => net.Draw!(i, scores[i]));
        foreach (var (layer, mask) in golden.Layers.Zip(drawn.Select(d => d.detach().ne(0).reshape(-1).data<bool>().ToArray())))
        {
            Assert.Equal(golden.File.Integers("bernoulli.mask_step1." + layer).Select(m => m != 0), mask);
            Assert.Equal(golden.File.Json[name]["kept_step1"][layer].Integer, mask.Count(m => m));
        }

        Compare(golden, net, name, "mask_gradient", "mask_logits_after", 10, 0, type);
    }

    // Of the law √(2 / (k · inputs)), k being the share kept.
    [Fact]
    public void Scaled_weights_have_the_deviation_of_the_reference()
    {
        using var golden = new SupermaskGolden();
        using var scope = NewDisposeScope();
        var json = golden.File.Json["scaled_kaiming_std"];
        Assert.Equal(golden.Layers.Order(), json.Names.Order());
        foreach (var (layer, share) in from layer in json.Names from share in json[layer].Names select (layer, share))
        {
            var factors = new EdgePopup(double.Parse(share[1..], CultureInfo.InvariantCulture) / 100) { Scaled = true }.Factors([golden.File.Tensor("scores." + layer, ScalarType.Float64)], 0, _ => throw new InvalidOperationException());
            Assert.Equal(json[layer][share].Number, Math.Sqrt(2.0 / golden.File.Shape("scores." + layer).Skip(1).Aggregate(1L, (n, d) => n * d)) * factors[0].max().item<double>(), 1e-12);
        }
    }

    [Fact]
    public void Nothing_of_the_reference_is_left_out()
    {
        using var golden = new SupermaskGolden();
        var names = golden.File.Json.Names.Where(n => golden.File.Json[n].Has("losses")).ToList();
        golden.File.AssertParts([
            .. names, "scaled_kaiming_std", "f32_minus_f64_max", "f32_minus_f64_at", "x", "y", "bernoulli.logits", "bernoulli.noise", "bernoulli.mask_step1", .. golden.Layers.Select(l => "scores." + l),
            .. from name in names
               let parts = name.Split('.')
               from layer in golden.Layers
               from part in parts[0] == "bernoulli" ? (string[])[$"{parts[1]}.{layer}"] : [$"{parts[0]}.{layer}", $"mask.{parts[2]}.{parts[3]}.{layer}"]
               select part,
        ]);
    }

    private static void Compare(SupermaskGolden golden, SupermaskNet net, string name, string gradients, string scores, double rate, double decay, ScalarType type)
    {
        var (tight, loose) = type == ScalarType.Float64 ? (1e-12, 1e-11) : (2e-5, 1e-3);
        Draw(golden, net, 0, type);
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
            golden.AssertEqual($"{name}.{gradients}.{SupermaskGolden.Layer(key)}", gradient, tight);
        }

        foreach (var score in net.Parameters.Values)
        {
            score.requires_grad = false;
        }

        var trainer = new MaskedTrainer(net, step =>
        {
            Draw(golden, net, step, type);
            return golden.Batch(step, type);
        }, new() { LastStep = golden.Steps, Schedule = LearningRateSchedule.Constant(rate), Optimiser = new SgdOptions { Momentum = 0.9, WeightDecay = decay } });
        using var result = trainer.Run(cancellation: TestContext.Current.CancellationToken);
        var losses = golden.File.Json[name]["losses"].Numbers;
        Assert.Equal(losses.Length, result.Members[0].TrainingLosses.Count);
        Assert.All(losses.Zip(result.Members[0].TrainingLosses), pair => Assert.Equal(pair.First, pair.Second, 2e-5));
        foreach (var (key, score) in net.Parameters)
        {
            golden.AssertEqual($"{name}.{scores}{golden.Steps}.{SupermaskGolden.Layer(key)}", score, loose);
        }

        golden.File.AssertAllRead(name, "losses_f32");
    }

    private static void Draw(SupermaskGolden golden, SupermaskNet net, int step, ScalarType type) =>
        net.Draw = (i, like) => golden.File.Tensor($"bernoulli.noise.{golden.Layers[i]}", type)[step].view(like.shape);
}
