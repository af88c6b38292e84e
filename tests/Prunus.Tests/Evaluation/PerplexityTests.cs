using Prunus.Decoders;
using Prunus.Evaluation;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Tests.Evaluation;

/// <summary>Windows against sums over single tokens, each with its own forward pass.</summary>
public sealed class PerplexityTests : IDisposable
{
    private readonly Decoder _decoder = Decoder.Initialise(TinyConfig(), seed: 5, std: 0.3, CPU, ScalarType.Float32);
    private readonly int[] _tokens = [.. Enumerable.Range(0, 41).Select(i => i * i * 7 % 23)];

    public void Dispose() => _decoder.Dispose();

    [Theory]
    [InlineData(16, 16), InlineData(16, 5), InlineData(16, 1), InlineData(7, 7), InlineData(40, 3), InlineData(64, 64), InlineData(2, 1)]
    public void RollingWindows_PredictEveryTokenOnce_FromTheContextOfItsWindow(int window, int stride)
    {
        var measured = Perplexity.Measure(_decoder, _tokens, new PerplexityOptions { Window = window, Stride = stride }, cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(_tokens.Length - 1, measured.Tokens);
        var expected = Enumerable.Range(1, _tokens.Length - 1).Average(t =>
        {
            // The first window predicts its whole length; each later one moves on by the stride and is as long as the first.
            var end = t <= window ? window + 1 : window + 1 + (((t - window - 1) / stride) + 1) * stride;
            end = Math.Min(end, _tokens.Length);
            return Loss(Math.Max(0, end - window - 1), t);
        });
        Assert.Equal(expected, measured.MeanLoss, 1e-5);
    }

    [Theory]
    [InlineData(10, 1), InlineData(10, 3), InlineData(40, 1), InlineData(41, 2), InlineData(100, 1)]
    public void Windows_PredictAllButTheirFirstToken(int window, int batch)
    {
        var measured = Perplexity.Measure(_decoder, _tokens, new PerplexityOptions { Window = window, Batch = batch }, cancellation: TestContext.Current.CancellationToken);
        var losses = Enumerable.Range(0, _tokens.Length).Where(t => t % window != 0).Select(t => Loss(t / window * window, t)).ToArray();
        Assert.Equal(losses.Length, measured.Tokens);
        Assert.Equal(losses.Average(), measured.MeanLoss, 1e-5);
        Assert.Equal(Enumerable.Range(1, Math.Min(window, 41) - 1).Average(t => Loss(0, t)), measured.WindowLosses[0], 1e-5);
    }

    [Fact]
    public void Windows_CanBeLimited_AndAreReported()
    {
        var seen = new List<(int, int)>();
        var measured = Perplexity.Measure(_decoder, _tokens, new PerplexityOptions { Window = 10, Windows = 2 }, (done, all) => seen.Add((done, all)), TestContext.Current.CancellationToken);
        Assert.Equal((2, 18), (measured.Windows, measured.Tokens));
        Assert.Equal([(1, 2), (2, 2)], seen);
        Assert.Equal(measured.MeanLoss * 18 / Math.Log(2) / 50, measured.BitsPerByte(50), 1e-12);
    }

    [Fact]
    public void BadOptionsAndTexts_AreRefused()
    {
        Assert.Throws<PrunusInputException>(() => Measure(new PerplexityOptions { Window = 1 }));
        Assert.Throws<PrunusInputException>(() => Measure(new PerplexityOptions { Window = 8, Stride = 9 }));
        Assert.Throws<PrunusInputException>(() => Measure(new PerplexityOptions { Window = 8, Stride = 0 }));
        Assert.Throws<PrunusInputException>(() => Measure(new PerplexityOptions { Windows = 0 }));
        Assert.Throws<PrunusInputException>(() => Measure(new PerplexityOptions { Batch = 0 }));
        Assert.Throws<PrunusInputException>(() => Perplexity.Measure(_decoder, [1], new PerplexityOptions(), cancellation: TestContext.Current.CancellationToken));

        void Measure(PerplexityOptions options) => Perplexity.Measure(_decoder, _tokens, options, cancellation: TestContext.Current.CancellationToken);
    }

    // -log p(token t | tokens from start on), by hand.
    private double Loss(int start, int t)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var ids = _tokens[start..t].Select(i => (long)i).ToArray();
        var logits = _decoder.Head(_decoder.Body(tensor(ids, [1, ids.Length])))[0, -1].data<float>().ToArray();
        return Math.Log(logits.Sum(l => Math.Exp(l))) - logits[_tokens[t]];
    }

    private static DecoderConfig TinyConfig() => new()
    {
        Family = "llama",
        VocabSize = 23,
        Hidden = 12,
        HeadDim = 6,
        Layers = [new LayerConfig(2, 1, 20), new LayerConfig(2, 1, 20)],
        MaxPositions = 64,
        Rope = new RopeConfig(10_000, 6),
        AttentionScale = 1 / Math.Sqrt(6),
    };
}
