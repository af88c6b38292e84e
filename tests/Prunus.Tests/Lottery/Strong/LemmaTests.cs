using Prunus.Lottery.Strong;
using Prunus.Lottery.Strong.Experiments;

namespace Prunus.Tests.Lottery.Strong;

public sealed class LemmaTests
{
    [Theory, InlineData(3, 1, 0.1), InlineData(3, 1, 0.01), InlineData(2, 3, 0.01)]
    public void Lemmas_HoldForTheWorstInputs(int inputs, int outputs, double epsilon)
    {
        var found = LemmaTrial.Run(new(inputs, outputs, 3), new StrongOptions(epsilon, SamplingLaw.Theorem, 56, TargetScale.None, SubsetChoice.Any), 4, needed: true, TestContext.Current.CancellationToken);
        Assert.Equal(0, found[StrongMetrics.Unreached]);
        Assert.InRange(found[StrongMetrics.Sup], epsilon * 1e-3, epsilon);
        Assert.Equal(Math.Log10(epsilon / found[StrongMetrics.Sup]), found[StrongMetrics.SupMargin], 1e-12);

        // The pruned pair itself comes that far at the worst input, and nowhere farther.
        Assert.Equal(found[StrongMetrics.Sup], found[StrongMetrics.SupReached], 1e-12);
        Assert.InRange(found[StrongMetrics.SupRandom], 0, found[StrongMetrics.Sup]);

        // ln(c c' d² / ε), by hand.
        Assert.Equal(56 / Math.Log(inputs * outputs * 9 / epsilon), found[StrongMetrics.Constant], 1e-12);
        Assert.Equal(found[StrongMetrics.Needed] / Math.Log(inputs * outputs * 9 / epsilon), found[StrongMetrics.NeededConstant], 1e-12);
        Assert.InRange(found[StrongMetrics.Needed], found[StrongMetrics.NeededMedian] + 1, 56);
    }

    // D = (0.1, -0.2, 0.05): the negative entries go farther, at X = (0, 1, 0).
    [Fact]
    public void Supremum_ByHand()
    {
        var layer = new StrongLayer("conv", [1, 3, 1, 1], false);
        var (error, window) = LemmaTrial.Supremum(layer, [0.4, 0.5, 0.1], [0.5, 0.3, 0.15]);
        Assert.Equal(0.2, error, 1e-15);
        Assert.Equal([0, 1.0, 0], window);
    }

    // A weight of 0 needs no number; 1/2 needs both of (1/4, 1/4), and 3 is out of reach.
    [Fact]
    public void Needed_ByHand()
    {
        var config = new LemmaLayer(1, 1, 1).Config;
        var ticket = StrongCompiler.Compile(config, new Dictionary<string, double[]> { ["conv.weight"] = [0] }, new StrongOptions(0.01, SamplingLaw.Independent, 12), cancellation: TestContext.Current.CancellationToken).Ticket;
        Assert.Equal([0], Needed(0, 0.01));
        Assert.Equal([13], Needed(30, 0.01));
        var sample = new double[12];
        ticket.Random(ticket.Layers[0]).Sample(0, 0, Enumerable.Repeat(1.0, 12).ToArray(), sample);
        Assert.Equal([3], Needed(sample[..3].Sum(), 1e-9));

        IReadOnlyList<int> Needed(double weight, double epsilon) => NeededSamples.Of(ticket, new Dictionary<string, double[]> { ["conv.weight"] = [weight] }, epsilon, EpsilonOf.Target);
    }

    [Fact]
    public void Kernels_HaveANormOfOne()
    {
        var lemma = new LemmaLayer(3, 4, 5);
        var kernels = lemma.Kernels(7)["conv.weight"];
        Assert.Equal(300, kernels.Length);
        Assert.All(kernels.Chunk(75), k => Assert.Equal(1, k.Sum(Math.Abs), 1e-12));
        Assert.NotEqual(kernels, lemma.Kernels(8)["conv.weight"]);
        Assert.Throws<PrunusInputException>(() => new LemmaLayer(1, 1, 2).Validate());
    }

    // For 50 numbers, 6·16·25 weights of the second of five layers, ε above δ.
    [Fact]
    public void Constant_ByHand()
    {
        var layer = new StrongLayer("conv2", [16, 6, 5, 5], true);
        Assert.Equal(50 / Math.Log(2400 * 5 / 0.05), TheoremConstant.Of(50, layer, 5, 253), 1e-12);
        Assert.Equal(50 / Math.Log(2400 * 5 / 0.01), TheoremConstant.Of(50, layer, 5, 0.01), 1e-12);
        Assert.Equal(TheoremConstant.Counting, 1 / Math.Log(2), 1e-15);
    }
}
