using Prunus.Decoders;
using Prunus.Search;

namespace Prunus.Tests.Search;

public sealed class SearchSpaceTests
{
    // Nemotron-4 15B by sizes (Muralidharan et al. 2024, table 5): 8 kv heads of 128, MLP without gate, untied.
    private static readonly DecoderConfig Nemotron15B = new()
    {
        Family = "nemotron", VocabSize = 256_000, Hidden = 6144, HeadDim = 128, MaxPositions = 4096, Gated = false, Activation = Activation.ReluSquared,
        Rope = new RopeConfig(10000, 64), AttentionScale = 1, Layers = [.. Enumerable.Repeat(new LayerConfig(48, 8, 24576), 32)],
    };

    private static readonly DecoderConfig SmolLM2 = new()
    {
        Family = "llama", VocabSize = 49152, Hidden = 576, HeadDim = 64, MaxPositions = 8192, TiedEmbeddings = true,
        Rope = new RopeConfig(100000, 64), AttentionScale = 0.125, Layers = [.. Enumerable.Repeat(new LayerConfig(9, 3, 1536), 30)],
    };

    private static readonly SearchSpace Table12 = new()
    {
        Layers = [32, 31, 30, 29],
        Ffn = [FfnWidth.TimesHidden(2.5), FfnWidth.TimesHidden(3), FfnWidth.TimesHidden(3.5), FfnWidth.TimesHidden(4)],
    };

    [Fact]
    public void FourBillion_HasEighteenCandidates_AsPublished()
    {
        var space = Table12 with { QueryHeads = [24, 32, 48], Hidden = [2560, 3072, 3584, 4096, 4608] };
        var found = space.Enumerate(Nemotron15B, new ParameterWindow(3_800_000_000, 4_200_000_000));
        Assert.Equal(18, found.Count);
        var shipped = Assert.Single(found, c => c.Name == "h3072-f9216-q24-g8-l32");
        // The final norm is no part of an embedding here.
        Assert.Equal((4_190_309_376, 2_617_442_304 + 3072), (shipped.Parameters, shipped.NonEmbedding));
    }

    [Fact]
    public void EightBillion_HasTheFifteenRowsOfTable19()
    {
        (int Layers, int Heads, int Ffn, int Hidden)[] rows =
        [
            (32, 32, 12800, 5120), (32, 32, 13824, 4608), (32, 48, 11520, 4608), (32, 48, 16384, 4096), (31, 32, 12800, 5120), (31, 32, 16128, 4608),
            (31, 48, 13824, 4608), (31, 48, 16384, 4096), (30, 32, 12800, 5120), (30, 32, 16128, 4608), (30, 48, 13824, 4608), (30, 48, 16384, 4096),
            (29, 32, 12800, 5120), (29, 32, 16128, 4608), (29, 48, 13824, 4608),
        ];
        var space = Table12 with { QueryHeads = [32, 48], Hidden = [4096, 4608, 5120, 5632, 6144] };
        // 7.871 to 8.494 billion, as rounded.
        var found = space.Enumerate(Nemotron15B, new ParameterWindow(7_870_500_000, 8_494_500_000));
        Assert.Equal(
            rows.Select(r => $"h{r.Hidden}-f{r.Ffn}-q{r.Heads}-g8-l{r.Layers}").Order(), found.Select(c => c.Name).Order());
        Assert.Equal(8_271_433_728, found.Single(c => c.Name == "h4096-f16384-q48-g8-l32").Parameters);
    }

    [Fact]
    public void Default_KeepsHiddenWholeToo_AndStaysBelowTwenty()
    {
        var window = ParameterWindow.Around(67_257_504, 0.03);
        var found = SearchSpace.Default(SmolLM2).Enumerate(SmolLM2, window);
        Assert.InRange(found.Count, 10, 19);
        Assert.Contains(found, c => c.Name == "h576-f800-q9-g3-l17");
        Assert.All(found, c => Assert.InRange(c.Parameters, window.Low, window.High));
        Assert.All(new[] { 0.9, 0.75, 0.6, 0.4, 0.3 }, keep =>
            Assert.InRange(SearchSpace.Default(SmolLM2).Enumerate(SmolLM2, ParameterWindow.Around((long)(keep * 134_515_008), 0.03)).Count, 2, 19));
    }

    [Fact]
    public void AnEmptyWindow_NamesTheNearest_AndTooManyAreRefused()
    {
        var empty = Assert.Throws<PrunusInputException>(() => new SearchSpace { Hidden = [192, 576] }.Enumerate(SmolLM2, ParameterWindow.Around(100_000_000, 0.01)));
        Assert.Contains("the nearest is h576-f1536-q9-g3-l30 with 134,515,008", empty.Problem, StringComparison.Ordinal);
        var many = Assert.Throws<PrunusInputException>(() => new SearchSpace { Layers = [.. Enumerable.Range(1, 30)], Ffn = [.. Enumerable.Range(1, 192).Select(i => FfnWidth.Of(8 * i))] }
            .Enumerate(SmolLM2, ParameterWindow.Around(80_000_000, 0.2)));
        Assert.Equal("--tolerance", many.Subject);
        Assert.Throws<PrunusInputException>(() => new SearchSpace { Hidden = [1024] }.Enumerate(SmolLM2, ParameterWindow.Around(80_000_000, 0.2)));
    }

    [Theory]
    [InlineData("800", "800")]
    [InlineData("3.5x", "3.5x")]
    [InlineData("fit", "fit")]
    [InlineData("-1", null)]
    [InlineData("x", null)]
    public void FfnWidths_AreRead(string text, string? read) => Assert.Equal(read, FfnWidth.Parse(text)?.ToString());
}
