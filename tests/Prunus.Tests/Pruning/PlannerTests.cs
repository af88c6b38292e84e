using Prunus.Decoders;
using Prunus.Pruning;

namespace Prunus.Tests.Pruning;

public class PlannerTests
{
    private static readonly DecoderConfig SmolLM2 = Llama(576, 9, 3, 64, 1536, 30, 49152, tied: true);

    // Published architectures (arXiv 2407.14679, 2408.11796) with the formula worked by hand: total, and outside the embeddings with the final norm.
    [Theory]
    [InlineData(4096, 32, 8, 14336, 32, 128256, true, 8_030_261_248, 6_979_588_096)]
    [InlineData(3072, 32, 8, 9216, 32, 128256, true, 4_512_746_496, 3_724_741_632)]
    [InlineData(4096, 32, 8, 14336, 16, 128256, true, 4_540_469_248, 3_489_796_096)]
    [InlineData(4096, 32, 8, 11520, 40, 131072, true, 8_414_105_600, 7_340_363_776)]
    [InlineData(6144, 48, 8, 24576, 32, 256000, false, 15_628_376_064, 12_482_648_064)]
    [InlineData(4096, 48, 8, 16384, 32, 256000, false, 8_271_433_728, 6_174_281_728)]
    [InlineData(3072, 24, 8, 9216, 32, 256000, false, 4_190_309_376, 2_617_445_376)]
    public void Parameter_counts_of_published_models(int hidden, int heads, int groups, int ffn, int layers, int vocab, bool gated, long total, long nonEmbedding)
    {
        var config = Llama(hidden, heads, groups, 128, ffn, layers, vocab, tied: false) with { Gated = gated };
        var cost = DecoderCost.Of(config, 4096);
        Assert.Equal((total, nonEmbedding), (cost.Parameters, cost.NonEmbedding));
        Assert.Equal(2L * layers * groups * 128 * 4096, cost.CachedPerSequence);
    }

    [Fact]
    public void Tied_parameters_are_counted_once_and_flops_by_hand()
    {
        Assert.Equal(134_515_008, DecoderCost.Of(SmolLM2).Parameters);
        var tiny = Llama(4, 2, 1, 2, 6, 1, 10, tied: true);

        // Products: q 4·4, k and v 2·2·4, o 4·4, gate, up, down 3·4·6, head 10·4 = 160; three tokens attend to 2 on average: 4·2·2·2 = 32.
        Assert.Equal((2 * 160) + 32, DecoderCost.Of(tiny, 3).FlopsPerToken);
        var windowed = tiny with { Layers = [tiny.Layers[0] with { Window = 2 }] };
        Assert.Equal((2 * 160) + (16 * 5 / 3.0), DecoderCost.Of(windowed, 3).FlopsPerToken, 9);
        Assert.Equal(2 * 2 * 2, DecoderCost.Of(windowed, 3).CachedPerSequence);
    }

    [Theory]
    [InlineData(0.9)]
    [InlineData(0.75)]
    [InlineData(0.6)]
    [InlineData(0.5)]
    [InlineData(0.3)]
    public void A_budget_is_met_within_half_a_percent_and_loads_in_transformers(double keep)
    {
        var plan = Planner.Propose(SmolLM2, new PlanTarget { Keep = keep });
        Assert.InRange(plan.Keep, keep * 0.995, keep * 1.005);
        Assert.Empty(plan.ExportProblems);
        Assert.Equal((30, 9), (plan.Shape.LayerCount, plan.Shape.QueryHeads[0]));
        Assert.Equal((0, 0), (plan.Shape.Hidden % 72, plan.Shape.Ffn[0] % 8));
    }

    [Fact]
    public void Axes_and_widths_combine_with_a_budget()
    {
        var depth = Planner.Propose(SmolLM2, new PlanTarget { Keep = 0.6, Axes = [Axis.Layers] });
        Assert.Equal((576, 1536, 15), (depth.Shape.Hidden, depth.Shape.Ffn[0], depth.Shape.LayerCount));
        var mixed = Planner.Propose(SmolLM2, new PlanTarget { Parameters = 65_000_000, Layers = 22, QueryHeads = 9, KvGroups = 3 });
        Assert.InRange(mixed.After.Parameters, 64_675_000, 65_325_000);
        Assert.Equal(22, mixed.Shape.LayerCount);
        var heads = Planner.Propose(SmolLM2, new PlanTarget { QueryHeads = 6, Hidden = 384, Ffn = 1024 });
        Assert.Equal((67_558_272, 6), (heads.After.Parameters, heads.Shape.QueryHeads[0]));
        var nonEmbedding = Planner.Propose(SmolLM2, new PlanTarget { Keep = 0.5, NonEmbedding = true });
        Assert.InRange(nonEmbedding.KeepNonEmbedding, 0.4975, 0.5025);
    }

    [Fact]
    public void What_transformers_refuses_is_told()
    {
        var problem = Assert.Single(Planner.Propose(SmolLM2, new PlanTarget { Hidden = 470 }).ExportProblems);
        Assert.Contains("no multiple of 9 heads", problem, StringComparison.Ordinal);
        Assert.Empty(Planner.Propose(SmolLM2, new PlanTarget { Hidden = 468 }).ExportProblems);
    }

    [Fact]
    public void Families_without_head_dim_shrink_heads_with_hidden()
    {
        var gpt2 = Llama(768, 12, 12, 64, 3072, 12, 50257, tied: true) with { Family = "gpt2", Gated = false, Rope = null, PositionOffset = 0, QkvBias = true, OutputBias = true, MlpBias = true, Norm = NormKind.LayerNorm };
        var plan = Planner.Propose(gpt2, new PlanTarget { Keep = 0.6 });
        Assert.Empty(plan.ExportProblems);
        Assert.Equal(plan.Shape.Hidden, plan.Shape.KvGroups[0] * 64);
        Assert.InRange(plan.Keep, 0.597, 0.603);
        Assert.Equal(8, Planner.Propose(gpt2, new PlanTarget { QueryHeads = 8, Hidden = 512 }).Shape.KvGroups[0]);
    }

    [Theory]
    [InlineData("--keep", "nearest")]
    [InlineData("--params", "donor has")]
    [InlineData("--heads", "3, 6, 9")]
    [InlineData("--hidden", "donor has")]
    [InlineData("--axes", "axis")]
    public void Unreachable_targets_name_what_is_reachable(string option, string named)
    {
        var target = option switch
        {
            "--keep" => new PlanTarget { Keep = 0.01, Axes = [Axis.Ffn] },
            "--params" => new PlanTarget { Parameters = 200_000_000 },
            "--heads" => new PlanTarget { QueryHeads = 4 },
            "--hidden" => new PlanTarget { Hidden = 577 },
            _ => new PlanTarget { Keep = 0.5, Axes = [] },
        };
        var error = Assert.Throws<PrunusInputException>(() => Planner.Propose(SmolLM2, target));
        Assert.StartsWith(option, error.Message, StringComparison.Ordinal);
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_axes_of_a_very_large_donor_can_be_searched()
    {
        var donor = Llama(16384, 128, 8, 128, 53248, 126, 128256, tied: false);
        var plan = Planner.Propose(donor, new PlanTarget { Keep = 0.5, Axes = [Axis.Hidden, Axis.Ffn, Axis.QueryHeads, Axis.KvGroups, Axis.Layers] });
        Assert.InRange(plan.Keep, 0.4975, 0.5025);
        Assert.Empty(plan.ExportProblems);
    }

    [Fact]
    public void Donors_of_different_layers_shrink_in_step()
    {
        var donor = SmolLM2 with { Layers = [.. SmolLM2.Layers.Select((l, i) => l with { Ffn = i < 15 ? 1536 : 768 })] };
        var plan = Planner.Propose(donor, new PlanTarget { Keep = 0.6 });
        Assert.InRange(plan.Keep, 0.597, 0.603);
        Assert.InRange((double)plan.Shape.Ffn[0] / plan.Shape.Ffn[29], 1.9, 2.1);
    }

    private static DecoderConfig Llama(int hidden, int heads, int groups, int headDim, int ffn, int layers, int vocab, bool tied) => new()
    {
        Family = "llama", VocabSize = vocab, Hidden = hidden, HeadDim = headDim, MaxPositions = 2048, TiedEmbeddings = tied, Rope = new RopeConfig(10000, headDim),
        Layers = [.. Enumerable.Repeat(new LayerConfig(heads, groups, ffn), layers)],
    };
}
