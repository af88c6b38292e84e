using Prunus.Vision;

namespace Prunus.Tests.Vision;

public sealed class VisionNetsTests
{
    // Weights by the definitions: conv out·in·9, linear out·in. resnet: all trained values too (weights + 2 per normalised channel + 10).
    [Theory]
    [InlineData("lenet-300-100", 266_200, 266_610)]
    [InlineData("lenet-5", 107_550, 107_786)]
    [InlineData("conv-2", 4_300_992, 4_301_642)]
    [InlineData("conv-4", 2_425_024, 2_425_930)]
    [InlineData("conv-6", 2_261_184, 2_262_602)]
    [InlineData("conv-8", 5_275_840, 5_278_282)]
    [InlineData("vgg-19", 20_024_000, 20_040_522)]
    [InlineData("resnet-20", 268_336, 269_722)]
    [InlineData("resnet-32", 461_872, 464_154)]
    [InlineData("resnet-56", 848_944, 853_018)]
    [InlineData("mlp:64-32", 52_544, 52_650)]
    [InlineData("conv-2:64", 4_300_992, 4_301_642)]
    [InlineData("conv-2:16", 16 * 16 * 16 * 64 + 64 * 64 + 64 * 10 + 9 * (3 * 16 + 16 * 16), 16 * 16 * 16 * 64 + 64 * 64 + 64 * 10 + 9 * (3 * 16 + 16 * 16) + 2 * 16 + 2 * 64 + 10)]
    [InlineData("vgg-19:64", 20_024_000, 20_040_522)]
    [InlineData("resnet-20:16", 268_336, 269_722)]
    public void Counts_EqualThePapersFormulas(string name, long weights, long all)
    {
        var config = VisionNets.Named(name);
        Assert.Equal(weights, config.PrunableCount());
        Assert.Equal(all, config.ParameterCount());
    }

    // ResNet-20, multiply-adds by hand: 16·3·9·32² + 6·(16·16·9·32²) + (16·32 + 5·32·32)·9·16² + (32·64 + 5·64·64)·9·8² + 640.
    [Theory]
    [InlineData("lenet-300-100", 266_200)]
    [InlineData("conv-2", 9 * 64 * (3 + 64) * 1024 + 16_384 * 256 + 256 * 256 + 2560)]
    [InlineData("resnet-20", 9 * ((48 + 6 * 256) * 1024 + (512 + 5 * 1024) * 256 + (2048 + 5 * 4096) * 64) + 640)]
    public void MultiplyAdds_CountEveryUseOfAWeight(string name, long count) => Assert.Equal(count, VisionNets.Named(name).MultiplyAdds());

    [Fact]
    public void Widths_FollowTheFirst()
    {
        var (usual, twice) = (VisionNets.Named("resnet-20").Tensors(), VisionNets.Named("resnet-20:32").Tensors());
        Assert.Equal(usual.Select(t => t.Name), twice.Select(t => t.Name));
        Assert.All(usual.Zip(twice).Where(p => !p.First.IsOutput), p => Assert.Equal(2 * p.First.Shape[0], p.Second.Shape[0]));
        Assert.All(usual.Zip(twice).SelectMany(p => p.First.Axes.Zip(p.Second.Axes)), a => Assert.Equal(2 * a.First.Offset, a.Second.Offset));
    }

    [Fact]
    public void ConvolutionWeights_OfTheConvNets_EqualFrankleAndCarbin()
    {
        long[] expected = [38_592, 259_776, 1_144_512];
        Assert.Equal(expected, new[] { "conv-2", "conv-4", "conv-6" }.Select(name =>
            VisionNets.Named(name).Tensors().Where(t => t.Role == VisionRole.ConvolutionWeight).Sum(t => t.ElementCount)));
    }

    [Fact]
    public void Every_Kind_HasOneOutputLayerThatIsTheLast()
    {
        foreach (var kind in VisionNets.All)
        {
            var weights = VisionNets.Named(kind.TakesWidths ? $"{kind.Id}:8" : kind.Id).Tensors().Where(t => t.IsPrunable).ToArray();
            Assert.Same(weights[^1], Assert.Single(weights, t => t.IsOutput));
            Assert.Equal(Enumerable.Range(0, weights.Length), weights.Select(t => t.Layer));
        }
    }

    [Theory]
    [InlineData("net: 'lenet' is not known; use one of mlp, lenet-300-100, lenet-5, conv-2, conv-4, conv-6, conv-8, vgg-19, resnet-20, resnet-32, resnet-56", "lenet")]
    [InlineData("net: 'mlp' lacks widths; write mlp:64-32", "mlp")]
    [InlineData("net: 'lenet-5' takes no widths; write lenet-5", "lenet-5:64")]
    [InlineData("net: 'conv-2:64-32' is no width of conv-2; give that of the first layer, which the others follow: conv-2:64", "conv-2:64-32")]
    [InlineData("net: 'mlp:64-0': '0' is no width from 1 to 16384; write widths as in mlp:64-32", "mlp:64-0")]
    [InlineData("net: 'mlp:': '' is no width from 1 to 16384; write widths as in mlp:64-32", "mlp:")]
    public void Named_UnfitName_SaysWhatToWrite(string message, string name) =>
        Assert.Equal(message, Assert.Throws<PrunusInputException>(() => VisionNets.Named(name)).Message);

    [Fact]
    public void Named_ImagesThatPoolingUsesUp_AreRefused() => Assert.Equal(
        "net conv-8: images of 3x8x8 leave nothing after pool4; use larger images or a shallower net",
        Assert.Throws<PrunusInputException>(() => VisionNets.Named("conv-8", new MapShape(3, 8, 8))).Message);
}
