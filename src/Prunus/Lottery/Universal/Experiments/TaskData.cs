using Prunus.Datasets.Images;
using Prunus.Randomness;

namespace Prunus.Lottery.Universal.Experiments;

/// <summary>Points and targets of a task.</summary>
/// <param name="Outputs">Targets of a point; for classes one for each.</param>
/// <param name="IsClasses">Whether targets say a class: 1 for it, 0 for the others.</param>
/// <param name="Train">Row-major [n, inputs], in [0,1].</param>
/// <param name="TrainTargets">Row-major [n, outputs], with noise.</param>
/// <param name="Test">Other points.</param>
/// <param name="TestTargets">Their targets, without noise; of standard deviation 1 where they are no classes.</param>
/// <param name="Coefficients">Of the target in its family's features, in their order; null where there are none.</param>
/// <param name="Family">That family.</param>
public sealed record TaskData(
    int Outputs, bool IsClasses, double[] Train, double[] TrainTargets, double[] Test, double[] TestTargets, IReadOnlyList<double>? Coefficients = null, UniversalFamily? Family = null)
{
    private const int TestPoints = 2000, PolynomialDegree = 3, FourierDegree = 2, FriedmanInputs = 5;
    private const ulong PointStream = 0x5441_534BUL << 32, NoiseStream = PointStream + 1, CoefficientStream = PointStream + 2;

    /// <summary>Most images that a task is tested on.</summary>
    private const int TestImages = 10_000;

    /// <summary>Makes a task.</summary>
    /// <param name="task">Which.</param>
    /// <param name="inputs">Inputs of a point.</param>
    /// <param name="seed">Of points, noise and coefficients.</param>
    /// <param name="search">Where sets of images lie.</param>
    /// <exception cref="PrunusInputException">The set of images is not there, or there are too few inputs.</exception>
    public static TaskData Make(UniversalTask task, int inputs, long seed, ImageSetSearch search)
    {
        if (task.Kind == UniversalTaskKind.Images)
        {
            return Classes(task, inputs, search);
        }

        var family = task.Kind == UniversalTaskKind.Polynomial ? UniversalFamily.Polynomial : UniversalFamily.Fourier;
        var shape = task.Kind == UniversalTaskKind.Friedman ? null : new UniversalShape(family, inputs, family == UniversalFamily.Polynomial ? PolynomialDegree : FourierDegree, 1, family == UniversalFamily.Fourier);
        if (shape is null && inputs < FriedmanInputs)
        {
            throw new PrunusInputException("friedman", $"takes {FriedmanInputs} inputs, and there are {inputs}", "give more inputs");
        }

        var powers = shape?.Features ?? [];
        double[] points = Uniform((task.Train + TestPoints) * inputs, seed), coefficients = Normal(powers.Count, CoefficientStream, seed), noise = Normal(task.Train, NoiseStream, seed);
        double[] values = [.. points.Chunk(inputs).Select(x => shape is null ? Friedman(x) : Series(shape, powers, coefficients, x))];
        var (train, mean) = (task.Train * inputs, values.Average());
        var deviation = Math.Sqrt(values.Average(v => (v - mean) * (v - mean)));
        return new(1, false, points[..train], [.. values[..task.Train].Select((v, i) => ((v - mean) / deviation) + (task.Noise * noise[i]))], points[train..],
            [.. values[task.Train..].Select(v => (v - mean) / deviation)], shape is null ? null : coefficients, shape?.Family);
    }

    // Friedman 1991.
    private static double Friedman(double[] x) => (10 * Math.Sin(Math.PI * x[0] * x[1])) + (20 * (x[2] - 0.5) * (x[2] - 0.5)) + (10 * x[3]) + (5 * x[4]);

    private static double Series(UniversalShape shape, IReadOnlyList<UniversalFeature> powers, double[] coefficients, double[] x)
    {
        var features = new double[powers.Count];
        shape.Exact(x, features, powers);
        return features.Zip(coefficients, (f, a) => f * a).Sum();
    }

    private static TaskData Classes(UniversalTask task, int inputs, ImageSetSearch search)
    {
        var source = ImageSets.Named(task.Data!);
        ImageSet train = First(source.Load(ImageSplit.Train, search), task.Train), test = First(source.Load(ImageSplit.Test, search), TestImages);
        var components = PrincipalComponents.Fit(train, inputs);
        return new(train.ClassNames.Count, true, components.Of(train), OneHot(train), components.Of(test), OneHot(test));
    }

    private static ImageSet First(ImageSet set, int count) => set.Pick([.. Enumerable.Range(0, Math.Min(count, set.Count))]);

    private static double[] OneHot(ImageSet set)
    {
        var targets = new double[set.Count * set.ClassNames.Count];
        for (var i = 0; i < set.Count; i++)
        {
            targets[(i * set.ClassNames.Count) + set.Labels.Span[i]] = 1;
        }

        return targets;
    }

    private static double[] Uniform(int count, long seed)
    {
        var values = new float[count];
        new Philox4x32(unchecked((ulong)seed), PointStream).FillUniform(0, values);
        return Array.ConvertAll(values, v => (double)v);
    }

    private static double[] Normal(int count, ulong stream, long seed)
    {
        var draw = new Philox4x32(unchecked((ulong)seed), stream);
        return [.. Enumerable.Range(0, count).Select(i => draw.Normal((ulong)i))];
    }
}
