using Prunus.Lottery.Training;
using Prunus.Native;
using Prunus.Randomness;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Lottery.Universal.Experiments;

/// <summary>A ReLU net of one hidden layer, trained whole from random weights by Adam: what a ticket of as many parameters is set against.</summary>
public sealed class ScratchNet : IDisposable
{
    private const int Batch = 100;
    private const double LearningRate = 3e-3;
    private const ulong Stream = 0x5343_5241UL << 32;
    private readonly Tensor[] _weights;

    /// <param name="inputs">Inputs.</param>
    /// <param name="outputs">Outputs.</param>
    /// <param name="parameters">Weights and biases in all, about.</param>
    /// <param name="seed">Of first weights and batches.</param>
    public ScratchNet(int inputs, int outputs, long parameters, long seed)
    {
        Libtorch.Load();
        var hidden = (int)Math.Max(1, Math.Round((parameters - outputs) / (double)(inputs + outputs + 1)));
        _weights = [Drawn(0, hidden, inputs), zeros(hidden).DetachFromDisposeScope(), Drawn(1, outputs, hidden), zeros(outputs).DetachFromDisposeScope()];
        Seed = seed;

        Tensor Drawn(ulong which, int rows, int columns)
        {
            var values = new float[rows * columns];
            new Philox4x32(unchecked((ulong)seed), Stream + which).FillNormal(0, values, 0, Math.Sqrt(2.0 / columns));
            return Aligned.Of(values, rows, columns).DetachFromDisposeScope();
        }
    }

    /// <summary>Seed of first weights and batches.</summary>
    public long Seed { get; }

    /// <summary>Weights and biases.</summary>
    public long ParameterCount => _weights.Sum(w => w.numel());

    /// <summary>Trains; the rate falls to 0 in a straight line.</summary>
    /// <param name="data">Points and targets.</param>
    /// <param name="steps">Steps of 100 points.</param>
    /// <param name="cancellation">Asked between steps.</param>
    public void Train(TaskData data, int steps, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        var count = data.TrainTargets.Length / data.Outputs;
        Tensor x = Points(data.Train, count), y = Points(data.TrainTargets, count);
        y = data.IsClasses ? y.argmax(1) : y;
        using var optimiser = new MaskedOptimiser(new Dictionary<string, Tensor> { ["w1"] = _weights[0], ["b1"] = _weights[1], ["w2"] = _weights[2], ["b2"] = _weights[3] }, null, new AdamOptions());
        var draw = new Philox4x32(unchecked((ulong)Seed), Stream + 2);
        for (var step = 0; step < steps; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var inner = NewDisposeScope();
            var rows = tensor(Enumerable.Range(0, Batch).Select(i => (long)draw.Below(((ulong)step * Batch) + (ulong)i, count)).ToArray());
            var leaves = Array.ConvertAll(_weights, w => w.detach().requires_grad_(true));
            var (z, target) = (Forward(leaves, x[rows]), y[rows]);
            var loss = data.IsClasses ? nn.functional.cross_entropy(z, target) : nn.functional.mse_loss(z, target);
            optimiser.Step(Ops.Gradients([loss], leaves), LearningRate * (steps - step) / steps);
        }
    }

    /// <summary>Outputs, row-major [n, outputs].</summary>
    /// <param name="points">Row-major [n, inputs].</param>
    public double[] Predict(double[] points)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        return Forward(_weights, Points(points, points.Length / (int)_weights[0].size(1))).to(ScalarType.Float64).contiguous().data<double>().ToArray();
    }

    public void Dispose() => Array.ForEach(_weights, w => w.Dispose());

    private static Tensor Forward(Tensor[] weights, Tensor x) =>
        nn.functional.linear(nn.functional.relu(nn.functional.linear(x, weights[0], weights[1])), weights[2], weights[3]);

    private static Tensor Points(double[] values, int rows) => Aligned.Of(Array.ConvertAll(values, v => (float)v), rows, values.Length / rows);
}
