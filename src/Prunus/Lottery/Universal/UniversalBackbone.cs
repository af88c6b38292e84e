using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Prunus.Lottery.Universal;

/// <summary>
/// The features that a ticket's subnetwork computes. Polynomials: a logarithm shared by all inputs, linear mixing by exponents, an exponential shared by all features. Fourier series: linear mixing by
/// frequencies, and one sine shared by all features. In float64 by the sums of what is kept, or as the pruned random layers themselves.
/// </summary>
public sealed class UniversalBackbone
{
    private readonly string _subject;

    /// <param name="ticket">The ticket.</param>
    /// <param name="subject">What errors name: its file.</param>
    /// <exception cref="PrunusInputException">Its masks keep a neuron whose ReLU does not pass its input on as it is.</exception>
    public UniversalBackbone(UniversalTicket ticket, string subject = "ticket")
    {
        (Ticket, _subject) = (ticket, subject);
        var (pairs, polynomial) = (ticket.Pairs, ticket.Shape.Family == UniversalFamily.Polynomial);
        var functions = ticket.Shape.Functions();
        Mixing = Map(pairs[polynomial ? 2 : 0], polynomial ? -1 : 1);
        First = polynomial ? new UnivariateNet(functions[0].Function, 1, Map(pairs[0], 1), Map(pairs[1], 1)) : null;
        var sign = polynomial ? -1 : 1;
        Last = new UnivariateNet(functions[^1].Function, sign, Map(pairs[^2], sign), Map(pairs[^1], 1));
    }

    public UniversalTicket Ticket { get; }

    /// <summary>The logarithm of all inputs; null where there is none.</summary>
    public UnivariateNet? First { get; }

    /// <summary>Exponents or frequencies, and shifts, as they came out.</summary>
    public PairMap Mixing { get; }

    /// <summary>The exponential or the sine of all features.</summary>
    public UnivariateNet Last { get; }

    /// <summary>Numbers in a point.</summary>
    public int Inputs => Ticket.Shape.Inputs;

    /// <summary>Features of a point.</summary>
    public int Outputs => Mixing.Outputs;

    /// <summary>Features of points, in float64, by the sums of what is kept.</summary>
    /// <param name="points">Row-major [n, inputs].</param>
    /// <returns>Row-major [n, features].</returns>
    public double[] Features(double[] points) => Rows(points, (x, y) =>
    {
        Span<double> mixed = stackalloc double[Inputs];
        for (var i = 0; i < Inputs; i++)
        {
            // The mixing layer's first ReLU cuts what has the other sign.
            mixed[i] = Last.Cut(First?.At(x[i]) ?? x[i]);
        }

        for (var k = 0; k < y.Length; k++)
        {
            y[k] = Last.At(Mixing.At(k, mixed));
        }
    });

    /// <summary>Features of points by the pruned random layers, neuron by neuron.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="points">Row-major [n, inputs].</param>
    /// <returns>Row-major [n, features].</returns>
    public T[] Pruned<T>(T[] points)
        where T : IFloatingPointIeee754<T>
    {
        var pairs = Ticket.Pairs.Select(p => (p.Outputs, Layer: new MaskedPair<T>(p, Ticket.Masks))).ToList();
        var mixing = pairs.Count == 3 ? 0 : 2;
        return Rows<T>(points, (x, y) =>
        {
            T[] mixed = x.ToArray(), sums = new T[Outputs];
            for (var i = 0; i < mixed.Length && mixing > 0; i++)
            {
                mixed[i] = Univariate(pairs[0], pairs[1].Layer, mixed[i]);
            }

            pairs[mixing].Layer.Forward(mixed, sums);
            for (var k = 0; k < y.Length; k++)
            {
                y[k] = Univariate(pairs[^2], pairs[^1].Layer, sums[k]);
            }
        });
    }

    /// <summary>SHA-256 of everything that the features are computed from: equal exactly when backbones are, to the last bit.</summary>
    public string Digest()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var net in new[] { First, Last }.OfType<UnivariateNet>().Select(n => n.Sums))
        {
            hash.AppendData(MemoryMarshal.AsBytes<double>([.. net.Inputs, .. net.Biases, .. net.Outputs, net.Offset]));
        }

        for (var k = 0; k < Outputs; k++)
        {
            hash.AppendData(MemoryMarshal.AsBytes(Mixing.Row(k)));
        }

        hash.AppendData(MemoryMarshal.AsBytes<double>(Mixing.Biases));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private delegate void Row<T>(ReadOnlySpan<T> x, Span<T> y);

    private T[] Rows<T>(T[] points, Row<T> row)
    {
        if (points.Length % Inputs != 0)
        {
            throw new ArgumentException($"{points.Length} numbers are no rows of {Inputs}", nameof(points));
        }

        var features = new T[points.Length / Inputs * Outputs];
        Parallel.For(0, points.Length / Inputs, n => row(points.AsSpan(n * Inputs, Inputs), features.AsSpan(n * Outputs, Outputs)));
        return features;
    }

    private static T Univariate<T>((int Outputs, MaskedPair<T> Layer) into, MaskedPair<T> from, T x)
        where T : IFloatingPointIeee754<T>
    {
        Span<T> result = [T.Zero];
        var hidden = new T[into.Outputs];
        into.Layer.Forward([x], hidden);
        for (var i = 0; i < hidden.Length; i++)
        {
            hidden[i] = T.Max(T.Zero, hidden[i]);
        }

        from.Forward(hidden, result);
        return result[0];
    }

    private PairMap Map(RandomPair pair, int sign) => PairMap.Of(pair, Ticket.Masks, sign, _subject);
}
