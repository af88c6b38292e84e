using Prunus.Lottery;
using Prunus.Lottery.Masks;

namespace Prunus.Tests.Lottery.Masks;

public sealed class LayerDensitiesTests
{
    [Theory, InlineData("small"), InlineData("resnet20"), InlineData("lenet")]
    public void Densities_are_those_of_the_reference(string net)
    {
        var golden = MaskGoldens.Json("erk").GetProperty(net);
        List<TicketTensor> layers = [.. golden.GetProperty("shapes").EnumerateObject().Select(s => Layer(s.Name, [.. s.Value.EnumerateArray().Select(d => d.GetInt64())]))];
        foreach (var row in golden.GetProperty("rows").EnumerateArray())
        {
            var kind = row.GetProperty("kind").GetString() == "er" ? DensityKind.ErdosRenyi : DensityKind.ErdosRenyiKernel;
            var densities = LayerDensities.Of(layers, row.GetProperty("sparsity").GetDouble(), kind, row.GetProperty("first_dense").GetBoolean());
            Assert.Equal(row.GetProperty("epsilon").GetDouble(), densities.Epsilon, 1e-9);
            Assert.Equal(row.GetProperty("passes").GetInt32(), densities.Passes);
            Assert.Equal(row.GetProperty("dense_by_clipping").EnumerateArray().Select(l => l.GetString()!), densities.Clipped);
            Assert.All(layers, l => Assert.Equal(row.GetProperty("density").GetProperty(l.Name).GetDouble(), densities.Density[l.Name], 1e-12));
            Assert.All(layers, l => Assert.Equal(row.GetProperty("zeros").GetProperty(l.Name).GetInt64(), densities.Zeros[l.Name]));
        }
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
