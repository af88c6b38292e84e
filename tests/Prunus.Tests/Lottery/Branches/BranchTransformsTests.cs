using Prunus.Lottery;
using Prunus.Lottery.Branches;
using Prunus.Lottery.Masks;
using Prunus.Vision;
using TorchSharp;

namespace Prunus.Tests.Lottery.Branches;

public sealed class BranchTransformsTests
{
    private static readonly VisionConfig Config = VisionNets.Named("lenet-300-100");
    private static readonly Func<long, IReadOnlyDictionary<string, float[]>> Draw = BranchValues.Drawing(Config, VisionInitialisations.Named("glorot-normal"));
    private static readonly BranchInput Input = Ticket();

    public static TheoryData<string> Ids => new(BranchTransforms.All.Select(b => b.Id));

    [Theory, MemberData(nameof(Ids))]
    public void Pruned_weights_are_zero_counts_stay_and_a_seed_repeats(string id)
    {
        var (branch, again) = (BranchTransforms.Named(id).Apply(Input), BranchTransforms.Named(id).Apply(Input));
        Assert.Equal(Input.Masks.Kept, branch.Masks.Kept);
        foreach (var name in Input.Masks.Names)
        {
            Assert.Equal(branch.Masks[name], again.Masks[name]);
            Assert.Equal(branch.Values[name], again.Values[name]);
            Assert.True(Enumerable.Range(0, branch.Masks[name].Count).All(i => branch.Masks[name][i] || branch.Values[name][i] == 0));
            Assert.Equal(id.StartsWith("shuffle", StringComparison.Ordinal) || id.StartsWith("random-mask", StringComparison.Ordinal), !branch.Masks[name].Equals(Input.Masks[name]));
        }

        Assert.Equal(id.StartsWith("pruned-", StringComparison.Ordinal), branch.Frozen is not null);
        Assert.Equal(Input.Initial.Keys.Order(), branch.Values.Keys.Order());
        Assert.Equal((id == "data-order", !id.StartsWith("mask-only", StringComparison.Ordinal)), (branch.OtherDataOrder, branch.Trains));
    }

    [Fact]
    public void Layers_keep_their_counts_only_in_layerwise_shuffles()
    {
        foreach (var id in (string[])["shuffle-layerwise", "random-mask"])
        {
            Assert.All(Input.Masks.Names, n => Assert.Equal(Input.Masks[n].Kept, BranchTransforms.Named(id).Apply(Input).Masks[n].Kept));
        }

        // The output layer of the ticket is ten times as dense as the rest.
        var overall = BranchTransforms.Named("shuffle-global").Apply(Input).Masks;
        Assert.InRange(overall["fc3.weight"].Density, 0.02, 0.11);
    }

    [Fact]
    public void Morcos_random_ticket_has_the_mask_of_a_global_shuffle_and_the_values_of_a_reinit()
    {
        var (random, shuffled, reinit) = (BranchTransforms.Named("random-mask-global").Apply(Input), BranchTransforms.Named("shuffle-global").Apply(Input), Draw(Input.Seed));
        foreach (var name in Input.Masks.Names)
        {
            Assert.Equal(shuffled.Masks[name], random.Masks[name]);
            Assert.All(random.Masks[name].KeptIndices().Take(50), i => Assert.Equal(reinit[name][i], random.Values[name][i]));
        }
    }

    // Ten of 23 weights stay: of layers of 12, 8 and 3 that is 5.217, 3.478 and 1.304, so 5, 3 and 1, and the largest remainder, the second's, gets the tenth.
    [Fact]
    public void Even_masks_have_one_density_and_lose_no_weight_to_rounding()
    {
        var masks = new MaskSet([("a", Mask.Where([3, 4], i => i < 1)), ("b", Mask.Where([2, 4], i => i < 7)), ("c", Mask.Where([1, 3], i => i < 2))]);
        var values = masks.Names.ToDictionary(n => n, n => new float[masks[n].Count]);
        var even = BranchTransforms.Named("random-mask-even").Apply(new(masks, values, values, values, seed => masks.Names.ToDictionary(n => n, n => Enumerable.Repeat((float)seed, masks[n].Count).ToArray()), 7));
        Assert.Equal([5, 4, 1], masks.Names.Select(n => even.Masks[n].Kept));
        Assert.Equal(5, even.Values["a"].Count(v => v == 7));
        Assert.NotEqual(even.Masks["a"], Mask.Where([3, 4], i => i < 5));
    }

    [Fact]
    public void Reinit_is_the_same_law_with_another_seed()
    {
        var reinit = BranchTransforms.Named("reinit").Apply(Input);
        using var net = VisionNet.Initialise(Config, VisionInitialisations.Named("glorot-normal"), Input.Seed, torch.CPU);
        var fresh = net.Parameters["fc1.weight"].data<float>().ToArray();
        Assert.True(Input.Masks["fc1.weight"].KeptIndices().All(i => fresh[i] == reinit.Values["fc1.weight"][i]));
        Assert.All(reinit.Values["fc1.bias"], b => Assert.Equal(0, b));
        Assert.Contains("give the branch another seed",
            Assert.Throws<PrunusInputException>(() => BranchTransforms.Named("reinit").Apply(Input with { Seed = 1 })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Reuse_draws_from_surviving_initial_values_and_may_keep_signs()
    {
        var (mask, initial) = (Input.Masks["fc2.weight"], Input.Initial["fc2.weight"]);
        var surviving = mask.KeptIndices().Select(i => initial[i]).ToHashSet();
        var (reuse, signed) = (BranchTransforms.Named("reuse").Apply(Input).Values["fc2.weight"], BranchTransforms.Named("reuse-sign").Apply(Input).Values["fc2.weight"]);
        Assert.All(mask.KeptIndices(), i => Assert.Contains(reuse[i], surviving));
        Assert.All(mask.KeptIndices(), i => Assert.Equal((Math.Abs(reuse[i]), Math.Sign(initial[i])), (Math.Abs(signed[i]), Math.Sign(signed[i]))));
        Assert.InRange(mask.KeptIndices().Select(i => reuse[i]).Distinct().Count(), 0.5 * mask.Kept, 0.75 * mask.Kept);
    }

    [Fact]
    public void Signs_only_have_one_magnitude_a_layer()
    {
        var values = BranchTransforms.Named("sign-only").Apply(Input).Values["fc1.weight"];
        var size = ActionValues.DeviationOf(Input.Initial["fc1.weight"]);
        Assert.True(Input.Masks["fc1.weight"].KeptIndices().All(i => values[i] == (float)size * Math.Sign(Input.Initial["fc1.weight"][i])));
        Assert.Equal(Math.Sqrt(2.0 / 1084), size, 0.001);
    }

    [Fact]
    public void The_ticket_starts_from_step_k_and_supermasks_from_step_0()
    {
        var index = Input.Masks["fc1.weight"].KeptIndices().First();
        Assert.Equal(Input.Rewound["fc1.weight"][index], BranchTransforms.Named("none").Apply(Input).Values["fc1.weight"][index]);
        Assert.Equal(Input.Initial["fc1.weight"][index], BranchTransforms.Named("mask-only").Apply(Input).Values["fc1.weight"][index]);
    }

    [Fact]
    public void Held_weights_are_those_of_the_action_beside_the_mask()
    {
        var (mask, initial, trained) = (Input.Masks["fc1.weight"], Input.Initial["fc1.weight"], Input.Trained["fc1.weight"]);
        var (all, rev) = (BranchTransforms.Named("pruned-freeze-init-zero-all").Apply(Input), BranchTransforms.Named("pruned-freeze-init-zero-rev").Apply(Input));
        for (var i = 0; i < mask.Count; i++)
        {
            var (shrank, grew) = (Math.Abs(initial[i]) > Math.Abs(trained[i]), Math.Abs(initial[i]) < Math.Abs(trained[i]));
            Assert.Equal((mask[i] && !shrank ? initial[i] : 0, !mask[i] && !shrank ? initial[i] : 0), (all.Values["fc1.weight"][i], all.Frozen!["fc1.weight"][i]));
            Assert.Equal((mask[i] ? initial[i] : 0, !mask[i] && !grew ? initial[i] : 0), (rev.Values["fc1.weight"][i], rev.Frozen!["fc1.weight"][i]));
        }
    }

    [Fact]
    public void Unknown_branches_are_refused() => Assert.StartsWith("branch: 'shuffle' is not known; use one of none, reinit, ",
        Assert.Throws<PrunusInputException>(() => BranchTransforms.Named("shuffle")).Message, StringComparison.Ordinal);

    // Initial values of seed 1; at step k everything is larger by 1 %, after training another draw; kept: one in ten, of the output layer all but one in ten.
    private static BranchInput Ticket()
    {
        var initial = Draw(1);
        var masks = new MaskSet(VisionTicketNet.TensorsOf(Config).Where(t => t.IsPrunable).Select(t => (t.Name, Mask.Where(t.Shape, i => i % 10 == 3 != t.IsOutput))));
        return new(masks, initial, initial.ToDictionary(v => v.Key, v => Array.ConvertAll(v.Value, w => w * 1.01f)), Draw(2), Draw, 7);
    }
}
