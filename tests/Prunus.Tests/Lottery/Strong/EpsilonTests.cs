using Prunus.Lottery.Strong;
using Prunus.Lottery.Strong.Verification;

namespace Prunus.Tests.Lottery.Strong;

/// <summary>How far rebuilt weights are from the target's, at most.</summary>
public sealed class EpsilonTests
{
    // The bound that a checker of the rebuilt net asks for, at every scale and choice; l1 divides the last biases by 2^10 and more.
    [Theory]
    [InlineData("theorem", TargetScale.Half, SubsetChoice.Best, 50, 0.01), InlineData("theorem", TargetScale.Half, SubsetChoice.Any, 50, 0.01), InlineData("theorem", TargetScale.L1, SubsetChoice.Smallest, 60, 0.1)]
    [InlineData("independent", TargetScale.L1, SubsetChoice.Any, 32, 0.01), InlineData("independent", TargetScale.None, SubsetChoice.Any, 28, 0.01)]
    public void NoRebuiltWeight_IsFartherThanEpsilon(string law, TargetScale scale, SubsetChoice choice, int samples, double epsilon)
    {
        using var target = StrongNets.Target();
        var weights = StrongWeights.Of(target);
        var compiled = StrongNets.Compiled(StrongNets.Small, weights, new StrongOptions(epsilon, SamplingLaw.Named(law), samples, scale, choice, Seed: 3));
        Assert.Empty(compiled.Unreached);
        Assert.True(scale == TargetScale.None || compiled.Ticket.Exponents.Sum() > 2);
        var errors = weights.SelectMany(w => w.Value.Zip(StrongWeights.Of(compiled.Ticket)[w.Key], (a, b) => Math.Abs(a - (float)b))).ToList();
        Assert.InRange(errors.Max(), 0, epsilon);
        Assert.Equal(compiled.Layers.Max(l => l.LargestError), errors.Max(), 1e-6);
        Assert.All(EpsilonCheck.Of(compiled.Ticket, weights, epsilon, EpsilonOf.Target), c => Assert.True(c.Holds));
        Assert.Contains(EpsilonCheck.Of(compiled.Ticket, weights, errors.Max() * 0.999, EpsilonOf.Target), c => c.Farther == 1);

        // Of the divided target the same ε is met by worse sums.
        if (choice != SubsetChoice.Best && scale != TargetScale.None)
        {
            var scaled = StrongNets.Compiled(StrongNets.Small, weights, new StrongOptions(epsilon, SamplingLaw.Named(law), samples, scale, choice, Seed: 3) { Of = EpsilonOf.Scaled });
            Assert.All(EpsilonCheck.Of(scaled.Ticket, weights, epsilon, EpsilonOf.Scaled), c => Assert.True(c.Holds));
            Assert.Contains(EpsilonCheck.Of(scaled.Ticket, weights, epsilon, EpsilonOf.Target), c => c.Largest > epsilon);
        }
    }

    // 0.5 divided by 2 is 1/4, by hand: numbers 3/8 and -1/16 come within 1/16 of it, twice that in the target's units.
    [Theory, InlineData(EpsilonOf.Target, 0.12, 0.125, 1), InlineData(EpsilonOf.Target, 0.13, 0.125, 0), InlineData(EpsilonOf.Scaled, 0.07, 0.0625, 0), InlineData(EpsilonOf.Scaled, 0.06, 0.0625, 1)]
    public void Epsilon_IsInTheTargetsUnits(EpsilonOf of, double epsilon, double error, int unreached)
    {
        double[] numbers = [0.375, -0.0625];
        var random = new RandomLayer(new StrongLayer("fc", [1, 1], false), SamplingLaw.Independent, 2, i => numbers[i], _ => 0, _ => 0);
        var options = new StrongOptions(epsilon, SamplingLaw.Independent, 2) { Of = of };
        var found = StrongCompiler.Solve(random, [0.5], [], options, (1, 1), cancellation: TestContext.Current.CancellationToken);
        Assert.Equal((error, unreached), (found.LargestError, found.Unreached.Count));
        Assert.Equal(0b11UL, found.Weights[0]);
        Assert.All(found.Unreached, u => Assert.Equal(of == EpsilonOf.Target ? 0.5 : 0.25, u.Target));
    }
}
