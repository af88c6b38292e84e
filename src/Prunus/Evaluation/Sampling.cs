namespace Prunus.Evaluation;

/// <summary>From logits to the probabilities a token is drawn from: temperature, then top-k, then top-p (Holtzman et al. 2020, section 3.1).</summary>
internal static class Sampling
{
    /// <summary>
    /// Probability of every token, 0 for those that top-k or top-p removed. All ties at the k-th place stay, as transformers has it; of tied tokens at
    /// the border of top-p those with the lower ids stay.
    /// </summary>
    /// <param name="logits">[vocab]; -infinity removes a token.</param>
    /// <param name="options">Temperature above 0, top-k, top-p.</param>
    public static double[] Probabilities(ReadOnlySpan<float> logits, GenerationOptions options)
    {
        var weights = new double[logits.Length];
        var largest = float.NegativeInfinity;
        foreach (var logit in logits)
        {
            largest = Math.Max(largest, logit);
        }

        for (var i = 0; i < weights.Length; i++)
        {
            // In float32, as the logits are: at low temperatures the last bit of a quotient shows.
            weights[i] = Math.Exp((logits[i] / (float)options.Temperature) - (double)(largest / (float)options.Temperature));
        }

        if (options.TopK > 0 && options.TopK < weights.Length)
        {
            KeepTopK(weights, options.TopK);
        }

        if (options.TopP < 1)
        {
            KeepTopP(weights, options.TopP);
        }

        var total = weights.Sum();
        for (var i = 0; i < weights.Length; i++)
        {
            weights[i] /= total;
        }

        return weights;
    }

    /// <summary>The first token, in order of ids, up to which the probabilities sum to more than <paramref name="uniform"/>.</summary>
    /// <param name="probabilities">[vocab].</param>
    /// <param name="uniform">The draw, in [0, 1).</param>
    public static int Draw(ReadOnlySpan<double> probabilities, double uniform)
    {
        var (cumulative, last) = (0.0, 0);
        for (var i = 0; i < probabilities.Length; i++)
        {
            cumulative += probabilities[i];
            if (cumulative > uniform)
            {
                return i;
            }

            last = probabilities[i] > 0 ? i : last;
        }

        // Rounding can leave the sum a little below 1.
        return last;
    }

    private static void KeepTopK(double[] weights, int k)
    {
        var sorted = (double[])weights.Clone();
        Array.Sort(sorted);
        var least = sorted[^k];
        for (var i = 0; i < weights.Length; i++)
        {
            weights[i] = weights[i] < least ? 0 : weights[i];
        }
    }

    private static void KeepTopP(double[] weights, double p)
    {
        var order = Enumerable.Range(0, weights.Length).Where(i => weights[i] > 0).OrderByDescending(i => weights[i]).ThenBy(i => i);
        var (reached, wanted) = (0.0, p * weights.Sum());
        foreach (var i in order.ToArray())
        {
            if (reached >= wanted)
            {
                weights[i] = 0;
            }
            else
            {
                reached += weights[i];
            }
        }
    }
}
