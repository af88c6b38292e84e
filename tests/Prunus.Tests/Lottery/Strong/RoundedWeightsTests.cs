using Prunus.Lottery.Strong;
using Prunus.Lottery.Strong.Bounds;
using Prunus.Lottery.Strong.Verification;

namespace Prunus.Tests.Lottery.Strong;

/// <summary>The net in float32 and the sums themselves are two nets: where errors of weights are near float32's, bounds of the one may lie below those of the other.</summary>
public sealed class RoundedWeightsTests
{
    private const double UnitRoundoff = 1.0 / (1 << 24), Epsilon = 1e-4;

    [Fact]
    public void ErrorsOfBoth_DifferByRoundingAlone()
    {
        using var net = StrongNets.Target();
        var target = StrongWeights.Of(net);
        var compiled = StrongNets.Compiled(StrongNets.Small, target, new StrongOptions(Epsilon, SamplingLaw.Named("theorem"), 60, TargetScale.None, Seed: 3));
        var (ticket, sums) = (compiled.Ticket, StrongWeights.Of(compiled.Ticket));
        var checks = EpsilonCheck.Of(ticket, target, Epsilon, EpsilonOf.Target);
        var summed = Certified(Arithmetic.Float64);
        var rounded = Certified(Arithmetic.Float32);
        Assert.Contains(checks.Zip(compiled.Layers), c => c.First.Largest != c.Second.LargestError);
        for (var i = 0; i < checks.Count; i++)
        {
            var layer = ticket.Layers[i];
            var largest = sums[layer.Weight].Concat(layer.HasBias ? sums[layer.Bias] : []).Max(Math.Abs);
            Assert.Equal(compiled.Layers[i].LargestError, summed[i].WeightError);
            Assert.Equal(checks[i].Largest, rounded[i].WeightError);
            Assert.InRange(Math.Abs(checks[i].Largest - compiled.Layers[i].LargestError), 0, UnitRoundoff * largest);

            // Of one net a bound with exact sums is below that with rounded ones.
            Assert.InRange(summed[i].Bound, 0, summed[i].Rounded);
            Assert.InRange(rounded[i].Bound, 0, rounded[i].Rounded);
        }

        // What float64 adds is little beside what rounding to float32 does to the weights.
        Assert.InRange(summed[^1].Rounded - summed[^1].Bound, 0, Math.Abs(rounded[^1].Bound - summed[^1].Bound));

        IReadOnlyList<LayerBound> Certified(Arithmetic arithmetic) => ErrorBounds.Certify(ticket.Config, ErrorBounds.Layers(ticket, target, StrongForm.Summed, arithmetic), arithmetic);
    }
}
