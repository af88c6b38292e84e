using Prunus.Checkpoints;
using Prunus.Decoders;
using Prunus.Pruning;
using TorchSharp;

namespace Prunus.Tests.Pruning;

public class HeadResidualsTests
{
    private static readonly DecoderConfig Single = new()
    {
        Family = "gpt2", VocabSize = 10, Hidden = 3, HeadDim = 2, MaxPositions = 16, Layers = [new LayerConfig(6, 6, 4)],
    };

    private static readonly SelectionOptions Names = ImportanceMethods.Named("random").Selection;

    // By hand: sorted heads are 3 0 5 1 4 2; K = 4 leaves 4 and 2 out; head number 4 (1) takes number 5 (4), number 3 (5) takes number 6 (2).
    [Fact]
    public void Pairs_are_mirrored_at_the_edge()
    {
        Assert.Equal([new HeadPair(5, 2), new HeadPair(1, 4)], Merge(4).HeadMerges![0].Pairs);
        Assert.Equal([new HeadPair(3, 2), new HeadPair(0, 4), new HeadPair(5, 1)], Merge(3).HeadMerges![0].Pairs);
        Assert.Equal([new HeadPair(4, 2)], Merge(5).HeadMerges![0].Pairs);
        Assert.Null(Merge(6).HeadMerges);
        Assert.Equal([3, 0, 5, 1], Merge(4).KvGroups![0]);
    }

    [Fact]
    public void Fewer_than_half_is_refused_in_a_line()
    {
        Assert.Contains("fewer than half", Assert.Throws<PrunusInputException>(() => Merge(2)).Message, StringComparison.Ordinal);
        var shape = DecoderShape.Of(Single) with { QueryHeads = [2], KvGroups = [2] };
        Assert.Contains("2 of 6", Assert.Throws<PrunusInputException>(() => HeadResiduals.Check(Single, shape)).Message, StringComparison.Ordinal);
        HeadResiduals.Check(Single, shape with { QueryHeads = [3], KvGroups = [3] });
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void Toy_matrices_match_the_reference(int k)
    {
        using var golden = SafetensorsFile.Open(PruningGoldens.File("llama", "head_residual.safetensors"));
        using var donor = Decoder.Initialise(Single, 1, 0.1, torch.CPU, torch.ScalarType.Float32);
        using var scope = torch.NewDisposeScope();
        using (torch.no_grad())
        {
            donor.Parameters["layers.0.attn.q.weight"].copy_(torch.tensor(golden.ReadAll("toy.W"), [12, 3]));
        }

        foreach (var (sign, name) in new[] { (HeadMerging.Literal, "literal"), (HeadMerging.Flipped, "flipped") })
        {
            using var pruned = Surgery.Prune(donor, Merge(k, sign));
            Assert.InRange(Goldens.LargestDifference(golden.ReadAll($"toy.K{k}.{name}"), pruned.Parameters["layers.0.attn.q.weight"].data<float>().ToArray()), 0, 1e-6);
        }
    }

    public static TheoryData<string> Cases => [.. PruningGoldens.Cases];

    // From scores of the reference to its order of heads and its pairs.
    [Theory]
    [MemberData(nameof(Cases))]
    public void Order_and_pairs_match_the_reference(string name)
    {
        using var importance = SafetensorsFile.Open(PruningGoldens.File(name, "importance.safetensors"));
        var donor = PruningGoldens.Donor(name);
        var values = new double[donor.Layers[1].QueryHeads];
        importance.ReadBytes("L1.head.paper.l2_mean", 0, System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.AsSpan()));
        var (single, scores) = (donor.Layers[1].QueryHeads == donor.Layers[1].KvGroups, new Scores([new("L1.head.random", values), new("L1.group.random", values)]));
        foreach (var reference in PruningGoldens.Json(name, "head_residual.json")["cases"]!.AsArray())
        {
            var kept = PruningGoldens.List(reference!["kept_head_order"]!);
            int[][] lists = [.. donor.Layers.Select((l, i) => i == 1 ? [.. kept.Order()] : Enumerable.Range(0, l.QueryHeads).ToArray())];
            var plan = HeadResiduals.Merge(donor, single ? new PruningPlan { KvGroups = lists } : new PruningPlan { QueryHeads = lists }, scores, Names, HeadMerging.Literal, output: false);
            Assert.Equal(kept, plan.QueryHeads![1]);
            var merge = Assert.Single(plan.HeadMerges!);
            Assert.Equal(
                reference["pairs_kept_from"]!.AsArray().Select(p => PruningGoldens.List(p!)).Select(p => new HeadPair(p[0], p[1])).OrderBy(p => p.Kept),
                merge.Pairs.OrderBy(p => p.Kept));
            Assert.Equal(single ? HeadMatrices.Query | HeadMatrices.Key | HeadMatrices.Value : HeadMatrices.Query, merge.Matrices);
            Assert.Equal(plan.ToJson(), PruningPlan.Parse(plan.ToJson()).ToJson());
            plan.Resolve(donor);
        }
    }

    private static PruningPlan Merge(int k, HeadMerging sign = HeadMerging.Literal)
    {
        int[] order = [3, 0, 5, 1, 4, 2];
        var scores = new double[6];
        for (var i = 0; i < 6; i++)
        {
            scores[order[i]] = 6 - i;
        }

        var plan = new PruningPlan { KvGroups = [[.. order.Take(k).Order()]] };
        return HeadResiduals.Merge(Single, plan, new Scores([new("L0.group.random", scores)]), Names, sign, output: false);
    }
}
