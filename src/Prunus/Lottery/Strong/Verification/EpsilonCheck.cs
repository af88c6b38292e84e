namespace Prunus.Lottery.Strong.Verification;

/// <summary>How near a layer's weights and biases come to the target's, against ε.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Largest">Largest error of the rebuilt net in float32, in the units of ε (<see cref="EpsilonOf"/>).</param>
/// <param name="Epsilon">ε.</param>
/// <param name="Farther">Weights and biases that are farther than ε.</param>
public sealed record EpsilonCheck(StrongLayer Layer, double Largest, double Epsilon, int Farther)
{
    /// <summary>Whether all are within ε.</summary>
    public bool Holds => Farther == 0;

    /// <summary>Of every layer.</summary>
    /// <param name="ticket">The ticket.</param>
    /// <param name="target">The target's weights by name.</param>
    /// <param name="epsilon">ε.</param>
    /// <param name="of">What it is the error of.</param>
    public static IReadOnlyList<EpsilonCheck> Of(StrongTicket ticket, IReadOnlyDictionary<string, double[]> target, double epsilon, EpsilonOf of)
    {
        var (rebuilt, checks, sum) = (StrongWeights.Of(ticket), new List<EpsilonCheck>(), 0);
        foreach (var (layer, exponent) in ticket.Layers.Zip(ticket.Exponents))
        {
            sum += exponent;
            double[] errors = [.. Errors(layer.Weight, exponent), .. layer.HasBias ? Errors(layer.Bias, sum) : []];
            checks.Add(new(layer, errors.Max(), epsilon, errors.Count(e => !(e <= epsilon))));
        }

        return checks;

        IEnumerable<double> Errors(string name, int exponent) =>
            rebuilt[name].Zip(target[name], (v, w) => Math.ScaleB(Math.Abs((float)v - w), of == EpsilonOf.Target ? 0 : -exponent));
    }
}
