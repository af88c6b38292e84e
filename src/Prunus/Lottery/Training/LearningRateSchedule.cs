using System.Globalization;
using Prunus.Training;

namespace Prunus.Lottery.Training;

/// <summary>
/// Learning rate over the steps of a training: constant, dropped at given steps (VGG-19 and ResNets of Frankle and Carbin 2019: a tenth at two of them), or along half a
/// cosine to 0 (Loshchilov and Hutter 2017, arXiv 1608.03983, without restarts), after a linear warm-up if wanted (Frankle and Carbin 2019, section 5).
/// </summary>
public sealed record LearningRateSchedule
{
    /// <summary>Rate after the warm-up and before the first drop.</summary>
    public required double Rate { get; init; }

    /// <summary>Steps of linear warm-up: step s, from 0, has Rate·(s+1)/WarmupSteps. Default 0 = none.</summary>
    public int WarmupSteps { get; init; }

    /// <summary>Steps done, ascending, after which the rate is multiplied by <see cref="DropFactor"/>. Default none.</summary>
    public IReadOnlyList<int> Drops { get; init; } = [];

    /// <summary>What a drop multiplies the rate by. Default 0.1.</summary>
    public double DropFactor { get; init; } = 0.1;

    /// <summary>Steps of half a cosine, from 0: step s has the rate times (1 + cos(π s/CosineSteps))/2. Default 0 = none.</summary>
    public int CosineSteps { get; init; }

    /// <summary>The same rate at every step.</summary>
    public static LearningRateSchedule Constant(double rate) => new() { Rate = rate };

    /// <summary>Rate of the step that follows <paramref name="step"/> steps done.</summary>
    public double At(int step)
    {
        var drops = Drops.Count(d => d <= step);
        var rate = drops == 0 ? Rate : Rate * Math.Pow(DropFactor, drops);
        rate *= CosineSteps > 0 ? 0.5 * (1 + Math.Cos(Math.PI * Math.Min(step, CosineSteps) / CosineSteps)) : 1;
        return step < WarmupSteps ? rate * (step + 1) / WarmupSteps : rate;
    }

    /// <summary>What is wrong with the schedule in a training of so many steps; empty when nothing is.</summary>
    /// <param name="steps">Steps in all, counted from 0 whatever the step that a training starts at.</param>
    public IEnumerable<string> Faults(int steps)
    {
        if (!(Rate > 0 && double.IsFinite(Rate)))
        {
            yield return $"learning rate {Text(Rate)} is not above 0";
        }

        if (WarmupSteps < 0 || WarmupSteps > steps)
        {
            yield return $"warm-up of {WarmupSteps} steps is not within the {steps} of the training";
        }

        if (!(DropFactor > 0 && DropFactor <= 1))
        {
            yield return $"drop factor {Text(DropFactor)} is not in (0, 1]";
        }

        if (CosineSteps < 0)
        {
            yield return $"cosine of {CosineSteps} steps is negative";
        }

        for (var i = 0; i < Drops.Count; i++)
        {
            if (Drops[i] < Math.Max(1, WarmupSteps))
            {
                yield return $"drop at step {Drops[i]} is not after {(WarmupSteps > 0 ? $"the warm-up of {WarmupSteps} steps" : "the start")}";
            }
            else if (Drops[i] >= steps)
            {
                yield return $"drop at step {Drops[i]} is never reached in {steps} steps";
            }

            if (i > 0 && Drops[i] <= Drops[i - 1])
            {
                yield return $"drops {Drops[i - 1]}, {Drops[i]} are not ascending";
            }
        }
    }

    /// <summary>Checks all values.</summary>
    /// <param name="steps">Steps in all.</param>
    /// <exception cref="PrunusInputException">Lists every fault.</exception>
    public void Validate(int steps) => OptionFaults.Throw("learning-rate schedule", Faults(steps));

    public bool Equals(LearningRateSchedule? other) => other is not null && ToString() == other.ToString();

    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    /// <summary><c>0.1, warm-up 100, x0.1 at 20000 25000</c>; equal schedules read alike.</summary>
    public override string ToString() => Text(Rate) + (WarmupSteps > 0 ? $", warm-up {WarmupSteps}" : "")
        + (Drops.Count > 0 ? $", x{Text(DropFactor)} at {string.Join(' ', Drops)}" : "") + (CosineSteps > 0 ? $", cosine over {CosineSteps}" : "");

    private static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
