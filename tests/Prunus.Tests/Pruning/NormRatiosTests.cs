using Prunus.Decoders;
using Prunus.Pruning;
using TorchSharp;

namespace Prunus.Tests.Pruning;

public class NormRatiosTests
{
    private static readonly DecoderConfig Config = new()
    {
        Family = "llama", VocabSize = 3, Hidden = 4, HeadDim = 2, MaxPositions = 16, AttentionScale = 0.5, NormEpsilon = 0,
        Rope = new RopeConfig(10_000, 2), Layers = [new LayerConfig(2, 1, 4)],
    };

    // One layer that adds nothing, embeddings (1,2,2,4), (3,0,0,4), (1,1,1,1): mean squares 25/4, 25/4, 1; of channels 0 and 3 17/2, 25/2, 1.
    [Fact]
    public void The_ratio_is_that_worked_by_hand()
    {
        using var donor = Silent(Config, [1, 2, 2, 4, 3, 0, 0, 4, 1, 1, 1, 1]);
        using var ids = torch.tensor(new long[] { 0, 1, 2, 0 }, [1, 4]);
        var expected = ((2 * Math.Sqrt(8.5 / 6.25)) + Math.Sqrt(12.5 / 6.25) + 1) / 4;
        var ratios = NormRatios.Measure(donor, [0, 3], [ids], TestContext.Current.CancellationToken);
        Assert.Equal(["layers.0.norm_attn_in", "layers.0.norm_mlp_in", "norm_final"], ratios.Keys);
        Assert.All(ratios.Values, r => Assert.Equal(expected, r, 1e-12));

        var plan = NormRatios.Rescale(donor, new PruningPlan { Hidden = [0, 3] }, [ids], TestContext.Current.CancellationToken);
        using var pruned = Surgery.Prune(donor, PruningPlan.Parse(plan.ToJson()));
        Assert.All(pruned.Parameters["norm_final.weight"].data<float>().ToArray(), w => Assert.Equal((float)expected, w));
        Assert.Null(NormRatios.Rescale(donor, new PruningPlan(), [ids], TestContext.Current.CancellationToken).NormScales);
    }

    [Fact]
    public void The_deviation_counts_for_layer_norms()
    {
        using var donor = Silent(Config with { Norm = NormKind.LayerNorm }, [1, 2, 2, 3, 1, 2, 2, 3, 1, 2, 2, 3]);
        using var ids = torch.tensor(new long[] { 0, 1 }, [1, 2]);
        Assert.Equal(Math.Sqrt(1 / 0.5), NormRatios.Measure(donor, [0, 3], [ids], TestContext.Current.CancellationToken)["norm_final"], 1e-12);
    }

    // Channels that are zero everywhere can go without a trace: pruned = donor, where plain slicing is not.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Cutting_silent_channels_changes_nothing(bool postNorms)
    {
        var config = Config with
        {
            VocabSize = 40, Hidden = 16, HeadDim = 4, NormEpsilon = 1e-9, PostNorms = postNorms, NormPlusOne = postNorms, QkNorm = postNorms,
            Layers = [.. Enumerable.Repeat(new LayerConfig(4, 2, 24), 3)],
        };
        using var donor = RandomDecoder.Make(config, 8);
        int[] kept = [0, 2, 3, 5, 6, 7, 9, 10, 12, 14];
        Silence(donor, [.. Enumerable.Range(0, 16).Except(kept)]);
        using var scope = torch.NewDisposeScope();
        var ids = torch.arange(40).view(2, 20);
        var plan = NormRatios.Rescale(donor, new PruningPlan { Hidden = kept }, [ids], TestContext.Current.CancellationToken);
        var logits = donor.Head(donor.Body(ids));
        Assert.InRange(Distance(plan), 0, 2e-5);
        Assert.InRange(Distance(plan with { NormScales = null }), 1e-2, double.MaxValue);

        double Distance(PruningPlan cut)
        {
            using var pruned = Surgery.Prune(donor, cut);
            return (pruned.Head(pruned.Body(ids)) - logits).abs().max().item<float>() / logits.abs().max().item<float>();
        }
    }

    [Theory]
    [InlineData("""{"norm_final":0}""", "above 0")]
    [InlineData("""{"norm_final":-1}""", "above 0")]
    [InlineData("""{"norm_final":"1"}""", "above 0")]
    [InlineData("""{"layers.0.attn.q":1}""", "no norm")]
    [InlineData("""{"layers.1.norm_attn_in":1}""", "no norm")]
    [InlineData("[1]", "no object")]
    public void A_bad_factor_is_one_line(string scales, string named)
    {
        var error = Assert.Throws<PrunusInputException>(() => PruningPlan.Parse($$"""{"format":"prunus-plan/1","norm_scales":{{scales}}}""").Resolve(Config));
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    private static void Silence(Decoder donor, int[] channels)
    {
        using var gradients = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        foreach (var c in channels)
        {
            donor.Parameters["embed.weight"].narrow(1, c, 1).zero_();
            foreach (var name in donor.Parameters.Keys.Where(n => n.EndsWith("attn.o.weight", StringComparison.Ordinal) || n.EndsWith("mlp.down.weight", StringComparison.Ordinal)))
            {
                donor.Parameters[name].narrow(0, c, 1).zero_();
            }
        }
    }

    private static Decoder Silent(DecoderConfig config, float[] embedding)
    {
        var donor = Decoder.Initialise(config, 1, 0.1, torch.CPU, torch.ScalarType.Float32);
        using var gradients = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        donor.Parameters["embed.weight"].copy_(torch.tensor(embedding, [3, 4]));
        donor.Parameters["layers.0.attn.o.weight"].zero_();
        donor.Parameters["layers.0.mlp.down.weight"].zero_();
        return donor;
    }
}
