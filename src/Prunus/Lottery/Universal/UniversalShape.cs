using Prunus.Lottery.Tickets;

namespace Prunus.Lottery.Universal;

/// <summary>What the features of a universal ticket are.</summary>
public enum UniversalFamily
{
    /// <summary>Π_i ((1+x_i)/2)^{r_i} = exp(Σ_i r_i log((1+x_i)/2)).</summary>
    Polynomial,

    /// <summary>sin(2π(Σ_i n_i x_i + c)), c = 0 or 1/4.</summary>
    Fourier,
}

/// <summary>A feature: exponents or frequencies, and the shift of a sine.</summary>
/// <param name="Powers">r or n, one for each input.</param>
/// <param name="Shift">c.</param>
public sealed record UniversalFeature(IReadOnlyList<int> Powers, double Shift);

/// <summary>A backbone: which features of how many inputs, and how exactly.</summary>
/// <param name="Family">Polynomials or Fourier series.</param>
/// <param name="Inputs">d: numbers in [0,1].</param>
/// <param name="Degree">Largest sum of exponents or frequencies of a feature.</param>
/// <param name="Epsilon">Largest error of a feature that is wanted.</param>
/// <param name="Shifts">Whether each sine is there with a shift of 1/4 too (a cosine). Polynomials have none.</param>
/// <param name="Segments">N of each shared function: logarithm and exponential, or sine for one period; null for as many as ε needs.</param>
/// <param name="Widths">Neurons between the layers of every pair; null for as many as the sums need.</param>
public sealed record UniversalShape(
    UniversalFamily Family, int Inputs, int Degree, double Epsilon, bool Shifts = true, IReadOnlyList<int>? Segments = null, IReadOnlyList<int>? Widths = null)
{
    /// <summary>Most features of a ticket.</summary>
    public const int MostFeatures = 2000;

    /// <summary>Largest <see cref="Inputs"/>.</summary>
    public const int MostInputs = 64;

    /// <summary>Largest <see cref="Degree"/>.</summary>
    public const int MostDegree = 32;

    /// <summary>Largest of <see cref="Segments"/>.</summary>
    public const int MostSegments = 4000;

    /// <summary>Largest of <see cref="Widths"/>.</summary>
    public const int MostWidth = 20_000;

    private const int NeuronsEach = 12, NeuronsSpare = 100;
    private const double Quarter = 0.25;

    /// <summary>The settings whose counts were published (comments in the authors' code): polynomials of degree 4 in one number.</summary>
    public static UniversalShape PublishedPolynomial { get; } = new(UniversalFamily.Polynomial, 1, 4, 0.01, false, [10, 40], [200, 200, 200, 500, 500]);

    /// <summary>The same for the sine: one function, to which a layer of weight 1 leads here.</summary>
    public static UniversalShape PublishedFourier { get; } = new(UniversalFamily.Fourier, 1, 1, 0.02, false, [21], [40, 250, 250]);

    /// <summary>All exponents or frequencies with a sum from 1 to the degree: low sums first, and of one sum those with much on the first inputs.</summary>
    public IReadOnlyList<UniversalFeature> Features =>
        [.. Enumerable.Range(1, Degree).SelectMany(sum => Powers(sum, Inputs)).SelectMany(p => Family == UniversalFamily.Fourier && Shifts ? [new UniversalFeature(p, 0), new UniversalFeature(p, Quarter)] : new[] { new UniversalFeature(p, 0) })];

    /// <summary>How many features there are.</summary>
    public long FeatureCount
    {
        get
        {
            // C(inputs + degree, degree) - 1.
            var count = 1.0;
            for (var i = 1; i <= Degree; i++)
            {
                count = Math.Round(count * (Inputs + i) / i);
            }

            return (long)Math.Min(long.MaxValue / 4, count - 1) * (Family == UniversalFamily.Fourier && Shifts ? 2 : 1);
        }
    }

    /// <summary>Weights and shifts of the mixing layer other than 0.</summary>
    public int MixedWeights => Features.Sum(f => f.Powers.Count(p => p != 0) + (f.Shift != 0 ? 1 : 0));

    /// <summary>The same with segments and widths that fit.</summary>
    /// <exception cref="PrunusInputException">A number is out of range, or ε needs a larger net than there can be.</exception>
    public UniversalShape Resolved()
    {
        Validate();
        var shape = Sized();
        if ((Widths is null || (Segments is null && shape.Segments!.Max() > MostSegments)) && shape.Excess() is { } excess)
        {
            throw Segments is null
                ? new PrunusInputException("--epsilon", FormattableString.Invariant($"{Epsilon} needs {excess}"),
                    SmallestEpsilon() is { } smallest ? FormattableString.Invariant($"give {smallest} or more, a lower --degree or fewer --inputs") : "give a lower --degree or fewer --inputs")
                : new PrunusInputException("--segments", $"{Text(Segments)} needs {excess}", "give fewer, a lower --degree or fewer --inputs");
        }

        shape.Validate();
        return shape;
    }

    private UniversalShape Sized()
    {
        // Half of ε for the last function and a quarter for the logarithms, whose errors are largest where they count half; the rest is for sums.
        var segments = Segments ?? (Family == UniversalFamily.Polynomial
            ? [UnivariateFunction.Logarithm.SegmentsFor(Epsilon / (2 * Degree)), UnivariateFunction.Exponential(Degree).SegmentsFor(Epsilon / 2)]
            : [UnivariateFunction.Sine(1).SegmentsFor(Epsilon / 2)]);
        var shape = this with { Segments = segments };
        var mixed = Neurons(shape.MixedWeights);
        return shape with
        {
            Widths = Widths ?? (Family == UniversalFamily.Polynomial
                ? [Neurons(segments[0]), Neurons(segments[0]), mixed, Neurons(segments[1]), Neurons(segments[1])] : [mixed, Neurons(shape.SineSegments), Neurons(shape.SineSegments)]),
        };
    }

    // What of a shape with segments and widths is more than there can be; null where all fits.
    private string? Excess() => Segments!.Max() > MostSegments ? $"{Segments!.Max()} segments, more than {MostSegments}"
        : Widths!.Max() > MostWidth ? $"widths up to {Widths!.Max()}, more than {MostWidth}"
        : UniversalTicket.PairsOf(this, 0).Sum(p => p.ParameterCount) is var random && random > TicketHeader.MostElements
            ? $"{random} random weights and biases (widths {Text(Widths)}), more than a ticket file's {TicketHeader.MostElements}" : null;

    // Of two digits, upwards from this ε; null where not even 1 will do.
    private double? SmallestEpsilon() => Enumerable.Range(-9, 9).SelectMany(e => Enumerable.Range(10, 90).Select(d => double.Parse($"{d}e{e - 1}", System.Globalization.CultureInfo.InvariantCulture))).Append(1)
        .Where(epsilon => epsilon > Epsilon).Select(epsilon => (double?)epsilon).FirstOrDefault(epsilon => (this with { Epsilon = epsilon!.Value }).Sized().Excess() is null);

    /// <summary>Segments of the sine over all periods that sums of inputs can reach.</summary>
    public int SineSegments => (int)Math.Ceiling((Degree + (Shifts ? Quarter : 0)) * (Segments?[0] ?? 0));

    /// <summary>The shared functions with their segments, in the order of the pass; segments must be resolved.</summary>
    public IReadOnlyList<(UnivariateFunction Function, int Segments)> Functions() => Family == UniversalFamily.Polynomial
        ? [(UnivariateFunction.Logarithm, Segments![0]), (UnivariateFunction.Exponential(Degree), Segments[1])]
        : [(UnivariateFunction.Sine(SineSegments / (double)Segments![0]), SineSegments)];

    /// <summary>The features of one point, as they are meant to be.</summary>
    /// <param name="x">Inputs.</param>
    /// <param name="features">One number for each of <see cref="Features"/>.</param>
    /// <param name="powers">Features, listed once for many points.</param>
    public void Exact(ReadOnlySpan<double> x, Span<double> features, IReadOnlyList<UniversalFeature> powers)
    {
        for (var k = 0; k < powers.Count; k++)
        {
            var sum = powers[k].Shift;
            for (var i = 0; i < x.Length; i++)
            {
                sum += powers[k].Powers[i] == 0 ? 0 : powers[k].Powers[i] * (Family == UniversalFamily.Polynomial ? Math.Log(0.5 * (1 + x[i])) : x[i]);
            }

            features[k] = Family == UniversalFamily.Polynomial ? Math.Exp(sum) : Math.Sin(2 * Math.PI * sum);
        }
    }

    /// <exception cref="PrunusInputException">A number is out of range.</exception>
    public void Validate()
    {
        var functions = Family == UniversalFamily.Polynomial ? 2 : 1;
        Check(Inputs is >= 1 and <= MostInputs, "--inputs", $"is {Inputs}", $"give 1 to {MostInputs}");
        Check(Degree is >= 1 and <= MostDegree, "--degree", $"is {Degree}", $"give 1 to {MostDegree}");
        Check(Epsilon is > 0 and <= 1, "--epsilon", $"is {Epsilon}", "give a number above 0 and up to 1, such as 0.01");
        Check(FeatureCount <= MostFeatures, "--degree", $"{Degree} with {Inputs} inputs makes {FeatureCount} features", $"lower one of both until there are at most {MostFeatures}");
        Check(Segments is null || (Segments.Count == functions && Segments.All(n => n is >= 1 and <= MostSegments)), "--segments", $"is {Text(Segments)}",
            functions == 2 ? $"give two numbers up to {MostSegments}, for the logarithm and the exponential, or a larger --epsilon" : $"give a number up to {MostSegments}, for a period of the sine, or a larger --epsilon");
        Check(Widths is null || (Widths.Count == (functions * 2) + 1 && Widths.All(n => n is >= 1 and <= MostWidth)), "--widths", $"is {Text(Widths)}",
            $"give {(functions * 2) + 1} numbers up to {MostWidth}, or a larger --epsilon");
        var random = Segments is null || Widths is null ? 0 : UniversalTicket.PairsOf(this, 0).Sum(p => p.ParameterCount);
        Check(random <= TicketHeader.MostElements, "--widths", $"makes {random} random weights and biases of {Text(Widths)}, more than a ticket file's {TicketHeader.MostElements}", "give smaller ones, a larger --epsilon, a lower --degree or fewer --inputs");
    }

    private static int Neurons(int sums) => (NeuronsEach * sums) + NeuronsSpare;

    private static string Text(IReadOnlyList<int>? numbers) => numbers is null ? "missing" : string.Join(",", numbers);

    private static IEnumerable<IReadOnlyList<int>> Powers(int sum, int inputs) => inputs == 1 ? [[sum]]
        : Enumerable.Range(0, sum + 1).SelectMany(rest => Powers(rest, inputs - 1).Select(p => (IReadOnlyList<int>)[sum - rest, .. p]));

    private static void Check(bool holds, string subject, string problem, string remedy)
    {
        if (!holds)
        {
            throw new PrunusInputException(subject, problem, remedy);
        }
    }
}
