using Prunus.Lottery;
using Prunus.Lottery.Masks;

namespace Prunus.Tests.Lottery.Masks;

public sealed class LayerDensitiesTests
{
    public static TheoryData<string> Nets => new(LotteryGolden.Cases("masks", "erk", g => g.Json.Names));

    [Theory, MemberData(nameof(Nets))]
    public void Densities_are_those_of_the_reference(string net)
    {
        using var golden = new LotteryGolden("masks", "erk");
        var shapes = golden.Json[net]["shapes"];
        List<TicketTensor> layers = [.. shapes.Names.Select(n => Layer(n, shapes[n].Integers))];
        foreach (var row in golden.Json[net]["rows"].Items)
        {
            var kind = row["kind"].Text switch { "er" => DensityKind.ErdosRenyi, "erk" => DensityKind.ErdosRenyiKernel, var other => Enum.Parse<DensityKind>(other, ignoreCase: true) };
            var densities = LayerDensities.Of(layers, row["sparsity"].Number, kind, row["first_dense"].Flag);
            Assert.Equal(row["epsilon"].Number, densities.Epsilon, 1e-9);
            Assert.Equal(row["passes"].Integer, densities.Passes);
            Assert.Equal(row["dense_by_clipping"].Texts, densities.Clipped);
            Assert.All(layers, l => Assert.Equal(row["density"][l.Name].Number, densities.Density[l.Name], 1e-12));
            Assert.All(layers, l => Assert.Equal(row["zeros"][l.Name].Integer, densities.Zeros[l.Name]));
        }

        golden.AssertAllRead(net);
    }

    [Fact]
    public void Uniform_is_the_same_everywhere_but_a_dense_first_layer()
    {
        TicketTensor[] layers = [Layer("a", [4, 5]), Layer("b", [10, 10])];
        var densities = LayerDensities.Of(layers, 0.75, DensityKind.Uniform, firstDense: true);
        Assert.Equal((0, 75), (densities.Zeros["a"], densities.Zeros["b"]));
    }

    [Fact]
    public void Random_masks_have_exact_counts_and_hang_on_seed_and_name()
    {
        TicketTensor[] layers = [Layer("a", [30, 20]), Layer("b", [20, 30])];
        var densities = LayerDensities.Of(layers, 0.9, DensityKind.ErdosRenyiKernel);
        MaskSet one = RandomMasks.Of(layers, densities, 1), again = RandomMasks.Of(layers.Reverse(), densities, 1), other = RandomMasks.Of(layers, densities, 2);
        Assert.All(layers, l => Assert.Equal(l.ElementCount - densities.Zeros[l.Name], one[l.Name].Kept));
        Assert.All(layers, l => Assert.Equal(one[l.Name], again[l.Name]));
        Assert.All(layers, l => Assert.NotEqual(one[l.Name], other[l.Name]));
        Assert.NotEqual(one["a"].KeptIndices(), one["b"].KeptIndices());
    }

    [Fact]
    public void Impossible_sparsities_are_refused() => Assert.Throws<PrunusInputException>(() => LayerDensities.Of([Layer("a", [4, 5])], 1, DensityKind.Uniform));

    private static TicketTensor Layer(string name, long[] shape) => new(name, shape, shape.Length == 4 ? TicketTensorKind.Convolution : TicketTensorKind.Linear, IsPrunable: true);
}
