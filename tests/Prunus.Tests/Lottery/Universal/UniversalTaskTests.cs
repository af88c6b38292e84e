using Prunus.Datasets.Images;
using Prunus.Lottery.Universal;
using Prunus.Lottery.Universal.Experiments;
using Prunus.Randomness;

namespace Prunus.Tests.Lottery.Universal;

public sealed class UniversalTaskTests
{
    private static readonly ImageSetSearch Search = ImageSetSearch.From(null);

    // y = 3 x0 - x1 + 2 and y = x1 - 5; a feature that never changes has no weight.
    [Fact]
    public void Readout_FindsALinearMap()
    {
        var draw = new Philox4x32(2);
        var points = Enumerable.Range(0, 120).Select(i => i % 3 == 2 ? 0.7 : (double)draw.Uniform((ulong)i)).ToArray();
        double[] targets = [.. points.Chunk(3).SelectMany(x => new[] { (3 * x[0]) - x[1] + 2, x[1] - 5 })];
        var readout = LinearReadout.Fit(points, 3, targets, 2);
        Assert.All(readout.Predict([0, 0, 0.7, 1, 2, 0.7], 3).Zip([2, -5, 3, -3]), p => Assert.Equal(p.Second, p.First, 1e-6));
        Assert.Equal(8, readout.ParameterCount);
    }

    // Arrays lie at other addresses every time.
    [Fact]
    public void Readout_GivesTheSameBits_WhereverItsNumbersLie()
    {
        var draw = new Philox4x32(4);
        var predictions = new List<double[]>();
        var kept = new List<byte[]>();
        for (var round = 0; round < 8; round++)
        {
            kept.Add(new byte[8 * round]);
            var points = Enumerable.Range(0, 400 * 61).Select(i => draw.Normal((ulong)i)).ToArray();
            kept.Add(new byte[24 + (8 * round)]);
            var targets = Enumerable.Range(0, 400).Select(i => draw.Normal((ulong)(100_000 + i))).ToArray();
            predictions.Add(LinearReadout.Fit(points, 61, targets, 1).Predict(points, 61));
        }

        Assert.All(predictions, p => Assert.Equal(predictions[0], p));
    }

    // Noise alone: the penalty on offer that holds it down most does best.
    [Fact]
    public void Readout_TakesAPenaltyWhereFeaturesSayNothing()
    {
        var draw = new Philox4x32(3);
        var points = Enumerable.Range(0, 60 * 40).Select(i => draw.Normal((ulong)i)).ToArray();
        var noise = Enumerable.Range(0, 60).Select(i => draw.Normal((ulong)(10_000 + i))).ToArray();
        Assert.InRange(LinearReadout.Fit(points, 40, noise, 1).Penalty, 1e-2, 1);
    }

    // The slides' claim itself: W·b̃(x) + c within ε·Σ|a|, without any training.
    [Fact]
    public void KnownCoefficients_CarryOver()
    {
        var shape = new UniversalShape(UniversalFamily.Polynomial, 3, 3, 0.02);
        var metrics = new UniversalTrial(Search).Run(new("t", shape, new UniversalTask(UniversalTaskKind.Polynomial, 200, 0, 200, null)), 4, TestContext.Current.CancellationToken);
        Assert.InRange(metrics[UniversalMetrics.Known], 0, 0.02);
        Assert.InRange(metrics[UniversalMetrics.KnownMargin], 0, 6);
        Assert.InRange(metrics[UniversalMetrics.Ticket], 0, 0.05);
        Assert.InRange(metrics[UniversalMetrics.Ticket], 0, metrics[UniversalMetrics.Linear] / 3);
        Assert.InRange(metrics[UniversalMetrics.TrainedScratch] / (metrics[UniversalMetrics.Kept] + metrics[UniversalMetrics.Trained]), 0.98, 1.02);
    }

    [Fact]
    public void Tasks_HaveUnitTargets_AndAreDrawnBySeed()
    {
        foreach (var kind in new[] { UniversalTaskKind.Polynomial, UniversalTaskKind.Fourier, UniversalTaskKind.Friedman })
        {
            TaskData Made(long seed) => TaskData.Make(new UniversalTask(kind, 100, 0.1, 1, null), 5, seed, Search);
            var data = Made(1);
            Assert.Equal((500, 100, 10_000, 2000), (data.Train.Length, data.TrainTargets.Length, data.Test.Length, data.TestTargets.Length));
            Assert.InRange(data.TestTargets.Average(), -0.1, 0.1);
            Assert.InRange(data.TestTargets.Average(y => y * y), 0.9, 1.1);
            Assert.True(data.Train.Concat(data.Test).All(x => x is >= 0 and < 1));
            Assert.Equal(data.TrainTargets, Made(1).TrainTargets);
            Assert.NotEqual(data.TrainTargets, Made(2).TrainTargets);
        }

        Assert.Throws<PrunusInputException>(() => TaskData.Make(new UniversalTask(UniversalTaskKind.Friedman, 100, 0, 1, null), 4, 1, Search));
    }

    [Fact]
    public void Components_AreUncorrelated_AndLieInTheUnitCube()
    {
        var data = TaskData.Make(new UniversalTask(UniversalTaskKind.Images, 300, 0, 1, "fashion-tiny"), 4, 1, Search);
        Assert.Equal((10, true, 1200, 3000, 4000), (data.Outputs, data.IsClasses, data.Train.Length, data.TrainTargets.Length, data.Test.Length));
        Assert.True(data.Train.Concat(data.Test).All(x => x is >= 0 and <= 1));
        Assert.True(data.TrainTargets.Chunk(10).All(t => t.Sum() == 1));
        var columns = Enumerable.Range(0, 4).Select(c => data.Train.Where((_, i) => i % 4 == c).ToArray()).ToArray();
        Assert.All(columns, c => Assert.Equal((0.0, 1.0), (c.Min(), c.Max())));
        Assert.All([(0, 1), (0, 3), (1, 2)], p => Assert.Equal(0, columns[p.Item1].Zip(columns[p.Item2], (a, b) => (a - columns[p.Item1].Average()) * (b - columns[p.Item2].Average())).Average(), 1e-9));
    }
}
