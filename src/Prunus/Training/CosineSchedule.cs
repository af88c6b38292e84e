namespace Prunus.Training;

/// <summary>Learning rate over the steps of a run: linear warm-up, then half a cosine down to the minimum.</summary>
public sealed record CosineSchedule
{
    /// <summary>Rate at the end of the warm-up. Default 5e-4.</summary>
    public double Peak { get; init; } = 5e-4;

    /// <summary>Rate that the cosine ends at. Default 0.</summary>
    public double Minimum { get; init; }

    /// <summary>Steps of linear warm-up. Default 20.</summary>
    public int WarmupSteps { get; init; } = 20;

    /// <summary>
    /// Rate of step <paramref name="step"/> (from 0) of <paramref name="steps"/>: Peak·(step+1)/Warmup during the warm-up, after it
    /// Minimum + (Peak-Minimum)·(1+cos(π·(step-Warmup)/(steps-Warmup)))/2.
    /// </summary>
    public double At(int step, int steps)
    {
        if (step < WarmupSteps)
        {
            return Peak * (step + 1) / WarmupSteps;
        }

        var progress = Math.Min(1.0, (double)(step - WarmupSteps) / Math.Max(1, steps - WarmupSteps));
        return Minimum + ((Peak - Minimum) * 0.5 * (1 + Math.Cos(Math.PI * progress)));
    }

    /// <summary>What is wrong with these values; empty when nothing is.</summary>
    public IEnumerable<string> Faults()
    {
        if (!(Peak > 0 && double.IsFinite(Peak)))
        {
            yield return $"learning rate {Peak} is not above 0";
        }

        if (!(Minimum >= 0 && Minimum <= Peak))
        {
            yield return $"minimum learning rate {Minimum} is not between 0 and the learning rate";
        }

        if (WarmupSteps < 0)
        {
            yield return $"warm-up of {WarmupSteps} steps is negative";
        }
    }
}
