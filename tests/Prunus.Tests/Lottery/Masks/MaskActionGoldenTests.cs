using Prunus.Lottery;
using Prunus.Lottery.Masks;
using Prunus.Native;
using Prunus.Vision;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Tests.Lottery.Masks;

/// <summary>Starting values of every action of goldens/lottery/masks/actions, and what a net with them gives.</summary>
public sealed class MaskActionGoldenTests
{
    public static TheoryData<string> Actions => new(LotteryGolden.Cases(
        "masks", "actions", g => g.Names.Select(n => n.Split('.')).Where(n => n[0] is "mask0" or "mask1").Select(n => $"{n[0]}.{n[1]}")));

    [Theory, MemberData(nameof(Actions))]
    public void Values_and_logits_are_those_of_the_reference(string name)
    {
        Libtorch.Load();
        using var golden = new LotteryGolden("masks", "actions");
        using var scope = NewDisposeScope();
        var action = Assert.Single(name.StartsWith("mask1", StringComparison.Ordinal) ? KeptActions.All : PrunedActions.All, a => Written(a) == name.Split('.')[1]);
        var (kept, held) = (new Dictionary<string, Tensor>(), new Dictionary<string, Tensor>());
        foreach (var layer in GoldenNets.InOrder(golden.Under("initial.")))
        {
            var values = Values(golden, layer);
            var made = action.Apply(values);
            Assert.Equal(golden.Floats($"{name}.{layer}"), made);
            var (all, mask) = (tensor(made, [.. values.Mask.Shape]).to(ScalarType.Float64), values.Mask.ToTensor(CPU, ScalarType.Float64));
            (kept[layer + ".weight"], held[layer + ".weight"]) = (all.mul(mask), all.sub(all.mul(mask)));
            kept[layer + ".bias"] = golden.Tensor("bias." + layer, ScalarType.Float64);
        }

        var config = GoldenNets.Config(golden.Under("initial.").ToDictionary(l => l, l => golden.Shape("initial." + l)), golden.Shape("x"), norms: false);
        using var net = new VisionTicketNet(new VisionNet(config, kept));
        using var frozen = new FrozenNet(net, held);
        golden.AssertNear(name + ".logits.f64", frozen.Forward(GoldenNets.Images(config, golden.Tensor("x", ScalarType.Float64))), 1e-12);
        golden.AssertAllRead(name);
    }

    [Fact]
    public void Counts_and_factors_are_those_of_the_reference()
    {
        using var golden = new LotteryGolden("masks", "actions");
        foreach (var layer in golden.Under("initial."))
        {
            var values = Values(golden, layer);
            var (mask, json) = (values.Mask, golden.Json);
            Assert.Equal(mask, MaskCut.Lowest(Mask.Full(mask.Shape), Array.ConvertAll(values.Final, Math.Abs), mask.Count - mask.Kept));
            Assert.Equal(json["signed_constant"][layer].Number, values.Deviation, 1e-14);
            var (plain, rescaled) = (KeptActions.Named("signed-constant").Apply(values), KeptActions.Named("signed-constant-rescaling").Apply(values));
            Assert.Equal(json["multiplier"][layer].Number, (double)rescaled.Max() / plain.Max(), 1e-6 * json["multiplier"][layer].Number);
            foreach (var id in (string[])["freeze-init-zero-mask", "freeze-init-zero-reshuffle"])
            {
                var made = PrunedActions.Named(id).Apply(values);
                Assert.Equal(json["zeroed_by_zero_mask"][layer].Integer, made.Zip(values.Initial).Count(v => v.First == 0 && v.Second != 0));
            }
        }

        golden.AssertParts(["x", "mask", "mask0", "mask1", "bias", "initial", "final", "fresh", "permutation", "kept_permutation", "keys",
            "signed_constant", "multiplier", "zeroed_by_zero_mask", "f32_minus_f64_max"]);
        var names = golden.Names.ToList();
        Assert.All(KeptActions.All, a => Assert.Contains($"mask1.{Written(a)}.logits.f64", names));
        Assert.All(PrunedActions.All, a => Assert.Contains($"mask0.{Written(a)}.logits.f64", names));
    }

    private static string Written(MaskAction action) => action.Id.Replace('-', '_').Replace('.', '_');

    private static ActionValues Values(LotteryGolden golden, string layer) => new(
        golden.Mask("mask." + layer), golden.Floats("initial." + layer), golden.Floats("final." + layer), golden.Floats("fresh." + layer),
        golden.Indices("permutation." + layer), golden.Indices("kept_permutation." + layer), golden.Floats("keys." + layer));
}
