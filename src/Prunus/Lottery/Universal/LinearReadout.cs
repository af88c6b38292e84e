using Prunus.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Lottery.Universal;

/// <summary>The one layer that is trained for a task: ridge regression on features, in closed form and float64 (Hoerl and Kennard 1970). Features are standardised for the penalty.</summary>
public sealed class LinearReadout
{
    // Smallest first; the one with the least error on every fifth row is taken.
    private static readonly double[] Penalties = [1e-10, 1e-8, 1e-6, 1e-4, 1e-3, 1e-2, 1e-1];
    private const int Fold = 5;
    private readonly double[] _weights, _intercept;

    private LinearReadout(double[] weights, double[] intercept, double penalty) => (_weights, _intercept, Penalty) = (weights, intercept, penalty);

    /// <summary>Penalty of a standardised weight's square, in units of the mean squared error.</summary>
    public double Penalty { get; }

    /// <summary>Weights and biases.</summary>
    public int ParameterCount => _weights.Length + _intercept.Length;

    /// <summary>Fits with a penalty that does best on rows held out, then again on all.</summary>
    /// <param name="features">Row-major [n, width].</param>
    /// <param name="width">Features of a row.</param>
    /// <param name="targets">Row-major [n, outputs].</param>
    /// <param name="outputs">Targets of a row.</param>
    public static LinearReadout Fit(double[] features, int width, double[] targets, int outputs)
    {
        var (fitted, held) = (Rows(features, width, i => i % Fold != 0), Rows(features, width, i => i % Fold == 0));
        var (known, asked) = (Rows(targets, outputs, i => i % Fold != 0), Rows(targets, outputs, i => i % Fold == 0));
        var best = Solve(fitted, width, known, outputs, Penalties).MinBy(r => r.Predict(held, width).Zip(asked, (a, b) => (a - b) * (a - b)).Sum())!;
        return Solve(features, width, targets, outputs, [best.Penalty]).Single();
    }

    /// <summary>Predictions, row-major [n, outputs].</summary>
    public double[] Predict(double[] features, int width)
    {
        Libtorch.Load();
        using var scope = NewDisposeScope();
        var product = Aligned.Of(features, features.Length / width, width).mm(Aligned.Of(_weights, width, _intercept.Length));
        return Ops.Add(product, Aligned.Of(_intercept, _intercept.Length)).data<double>().ToArray();
    }

    private static List<LinearReadout> Solve(double[] features, int width, double[] targets, int outputs, IReadOnlyList<double> penalties)
    {
        Libtorch.Load();
        using var scope = NewDisposeScope();
        var rows = features.Length / width;
        Tensor x = Aligned.Of(features, rows, width), y = Aligned.Of(targets, rows, outputs);
        Tensor middle = x.mean([0]), offset = y.mean([0]);
        var centred = x.sub(middle);
        var spread = Ops.AtLeast(Ops.Square(centred).mean([0]).sqrt(), double.Epsilon);
        var standard = centred.div(spread);
        Tensor moments = Ops.Divide(standard.t().mm(standard), rows), products = Ops.Divide(standard.t().mm(y.sub(offset)), rows);
        return [.. penalties.Select(p =>
        {
            var weights = linalg.solve(Ops.Add(moments, Ops.Multiply(eye(width, dtype: ScalarType.Float64), p)), products).div(spread.unsqueeze(1));
            return new LinearReadout(weights.contiguous().data<double>().ToArray(), offset.sub(middle.unsqueeze(0).mm(weights).squeeze(0)).data<double>().ToArray(), p);
        })];
    }

    private static double[] Rows(double[] values, int width, Func<int, bool> which) => [.. values.Where((_, i) => which(i / width))];
}
