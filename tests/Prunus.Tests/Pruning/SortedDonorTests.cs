using Prunus.Decoders;
using Prunus.Pruning;
using TorchSharp;

namespace Prunus.Tests.Pruning;

/// <summary>A slice of the sorted donor is the pruned donor, up to the order of units.</summary>
public sealed class SortedDonorTests
{
    private static readonly SelectionOptions Random = ImportanceMethods.Named("random").Selection;

    // Donors with random norms and biases: rotary and learned positions, grouped and single heads, both norms, all activations.
    public static TheoryData<string> Donors => ["llama", "gpt2", "squared relu", "layer norm, gated", "qk norms, post norms"];

    [Theory]
    [MemberData(nameof(Donors))]
    public void Every_slice_computes_what_surgery_leaves(string kind)
    {
        using var donor = RandomDecoder.Make(Config(kind), 3);
        var scores = RandomImportance.Score(donor.Config, 11);
        using var sorted = SortedDonor.Of(donor, scores, Random);
        using var scope = torch.NewDisposeScope();
        var ids = torch.arange(40).view(2, 20);
        var whole = DecoderShape.Of(donor.Config);
        var single = donor.Config.Layers[0].QueryHeads == donor.Config.Layers[0].KvGroups;
        foreach (var shape in new[]
        {
            whole,
            whole with { Hidden = 16 },
            whole with { Ffn = [40, 24, 8] },
            single ? whole with { QueryHeads = [6, 6, 3], KvGroups = [6, 6, 3] } : whole with { QueryHeads = [4, 8, 4] },
            single ? whole with { QueryHeads = [2, 2, 2], KvGroups = [2, 2, 2] } : whole with { QueryHeads = [2, 4, 6], KvGroups = [1, 2, 3] },
            whole with { LayerCount = 2 },
            new DecoderShape(16, [24, 24, 24], [6, 6, 6], single ? [6, 6, 6] : [3, 3, 3], 2),
        })
        {
            using var expected = Surgery.Prune(donor, Selection.Plan(donor.Config, shape, scores, Random));
            using var slice = sorted.Slice(shape);
            using var planned = Surgery.Prune(donor, sorted.Plan(shape));
            Assert.Equal(expected.Config.Layers, slice.Config.Layers);
            var logits = expected.Head(expected.Body(ids));
            Assert.InRange((slice.Head(slice.Body(ids)) - logits).abs().max().item<float>(), 0, 1e-5f * Math.Max(1, logits.abs().max().item<float>()));
            foreach (var (name, values) in planned.Parameters)
            {
                Assert.Equal(values.contiguous().data<float>().ToArray(), slice.Parameters[name].data<float>().ToArray());
            }
        }
    }

    [Fact]
    public void A_slice_owns_its_tensors()
    {
        using var donor = RandomDecoder.Make(Config("llama"), 3);
        using var sorted = SortedDonor.Of(donor, RandomImportance.Score(donor.Config, 11), Random);
        var shape = DecoderShape.Of(donor.Config);
        using (var slice = sorted.Slice(shape))
        {
            using var gradients = torch.no_grad();
            slice.Parameters["embed.weight"].zero_();
        }

        using var again = sorted.Slice(shape);
        using var scope = torch.NewDisposeScope();
        Assert.NotEqual(0, again.Parameters["embed.weight"].abs().sum().item<float>());
    }

    [Fact]
    public void A_shape_that_is_no_part_of_the_donor_is_refused()
    {
        using var donor = RandomDecoder.Make(Config("llama"), 3);
        using var sorted = SortedDonor.Of(donor, RandomImportance.Score(donor.Config, 11), Random);
        var shape = DecoderShape.Of(donor.Config);
        Assert.Throws<ArgumentException>(() => sorted.Slice(shape with { Hidden = 25 }));
        Assert.Throws<ArgumentException>(() => sorted.Slice(shape with { QueryHeads = [5, 8, 8] }));
    }

    private static DecoderConfig Config(string kind)
    {
        var grouped = new DecoderConfig
        {
            Family = "llama", VocabSize = 50, Hidden = 24, HeadDim = 4, MaxPositions = 64, AttentionScale = 0.5, Rope = new RopeConfig(10_000, 4),
            Layers = [.. Enumerable.Repeat(new LayerConfig(8, 4, 40), 3)],
        };
        return kind switch
        {
            "gpt2" => grouped with
            {
                Rope = null, PositionOffset = 0, Norm = NormKind.LayerNorm, Gated = false, Activation = Activation.GeluTanh, TiedEmbeddings = true,
                QkvBias = true, OutputBias = true, MlpBias = true, Layers = [.. Enumerable.Repeat(new LayerConfig(6, 6, 40), 3)],
            },
            "squared relu" => grouped with { Norm = NormKind.LayerNorm, NormPlusOne = true, Gated = false, Activation = Activation.ReluSquared },
            "layer norm, gated" => grouped with { Norm = NormKind.LayerNorm },
            "qk norms, post norms" => grouped with { QkNorm = true, PostNorms = true, NormPlusOne = true, TiedEmbeddings = true },
            _ => grouped,
        };
    }
}
