using Prunus.Lottery;
using Prunus.Lottery.Masks;
using Prunus.Native;
using Prunus.Tests.Native;
using Prunus.Vision;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Tests.Lottery.Masks;

public sealed class InitialCriteriaTests
{
    private static readonly MaskCutOptions Mixed = new() { Rates = new MaskRates(0.3, 0.4, 0.2) };

    public static TheoryData<string> Ids => [.. InitialCriteria.All.Select(c => c.Id)];

    [Theory, MemberData(nameof(Ids))]
    public void Every_criterion_keeps_as_many_as_rounds_would(string id)
    {
        Libtorch.Load();
        TensorLeaks.AssertNone(() =>
        {
            using var scope = NewDisposeScope();
            using var net = Net();
            var total = MaskPool.After(net.Tensors, Mixed, 3).Sum(p => p.Kept);
            foreach (var scope2 in new[] { MaskScope.Layerwise, MaskScope.Global })
            {
                var masks = InitialCriteria.Named(id).Find(Input(net, Mixed with { Scope = scope2 }));
                Assert.InRange(masks.Kept - total, 0, id.StartsWith("random-", StringComparison.Ordinal) ? masks.Names.Count : 0);
                Assert.Equal(net.Tensors.Where(t => t.IsPrunable).Select(t => t.Name), masks.Names);
            }
        });
    }

    [Fact]
    public void Snip_and_grasp_keep_the_highest_scores_of_one_ranking()
    {
        Libtorch.Load();
        using var scope = NewDisposeScope();
        using var net = Net();
        var input = Input(net, Mixed with { Scope = MaskScope.Global });
        var snip = Saliency.Snip(net, input.Inputs, input.Labels, training: true);
        var grasp = Saliency.Grasp(net, input.Inputs, input.Labels, training: true);
        foreach (var (id, scores) in new[] { ("snip", snip), ("grasp", grasp) })
        {
            var masks = InitialCriteria.Named(id).Find(input);
            var lowestKept = masks.Names.Min(n => masks[n].KeptIndices().Min(i => scores[n][i]));
            var highestGone = masks.Names.Max(n => Enumerable.Range(0, masks[n].Count).Where(i => !masks[n][i]).Select(i => scores[n][i]).DefaultIfEmpty(double.MinValue).Max());

            // Gradients of snip pass through float32.
            Assert.True(highestGone <= lowestKept + (1e-6 * Math.Abs(lowestKept)), id);
        }
    }

    [Fact]
    public void Random_masks_are_the_seeds_and_spread_as_said()
    {
        Libtorch.Load();
        using var scope = NewDisposeScope();
        using var net = Net();
        var input = Input(net, Mixed);
        var uniform = InitialCriteria.Named("random-uniform");
        Assert.All(uniform.Find(input).Names, n => Assert.Equal(uniform.Find(input)[n], uniform.Find(input)[n]));
        Assert.NotEqual(uniform.Find(input)["fc1.weight"], uniform.Find(input with { Seed = 2 })["fc1.weight"]);
        Assert.All(uniform.Find(input).Names, n => Assert.Equal(uniform.Find(input).Density, uniform.Find(input)[n].Density, 0.02));
        var spread = InitialCriteria.Named("random-erk").Find(input);
        Assert.True(spread["fc2.weight"].Density > spread["fc1.weight"].Density);
    }

    [Fact]
    public void One_ranking_of_several_rates_keeps_what_layers_would_in_sum()
    {
        TicketTensor[] tensors = [.. VisionTicketNet.TensorsOf(VisionNets.Named("lenet-300-100"))];
        var options = new MaskCutOptions { Rates = new MaskRates(0.2, 0.2, 0.1), Scope = MaskScope.Global };
        var layers = MaskPool.After(tensors, options with { Scope = MaskScope.Layerwise }, 5);
        Assert.Equal(PmTable.Rows(tensors, options with { Scope = MaskScope.Layerwise }, 5)[^1].Kept, layers.Select(p => p.Kept));
        Assert.Equal(layers.Sum(p => p.Kept), Assert.Single(MaskPool.After(tensors, options, 5)).Kept);
        Assert.Equal(layers.Take(2).Sum(p => p.Total), Assert.Single(MaskPool.After(tensors, options with { Scope = MaskScope.GlobalHidden }, 5)).Total);
        Assert.Empty(MaskPool.After(tensors, new MaskCutOptions { Rates = new MaskRates(0.2, 0, 0), Scope = MaskScope.Global }, 5));
    }

    private static VisionTicketNet Net() =>
        new(VisionNet.Initialise(VisionNets.Named("mlp:30-20", new MapShape(1, 8, 8), 4), VisionInitialisations.Named("glorot-normal"), 1, CPU));

    private static InitialMaskInput Input(VisionTicketNet net, MaskCutOptions options)
    {
        using var generator = new Generator(5);
        return new(net, randn([16, 1, 8, 8], generator: generator), arange(16, dtype: ScalarType.Int64).remainder(4), MaskPool.After(net.Tensors, options, 3), 0, 1);
    }
}
