using Prunus.Lottery.Stacking;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Benchmarks;

/// <summary>LeNet-300-100 as one would write it with TorchSharp alone: modules, autograd, its Adam, weights times a mask after each step.</summary>
internal sealed class PlainLoop
{
    private readonly nn.Module<Tensor, Tensor> _net = nn.Sequential(
        nn.Flatten(), nn.Linear(784, 300), nn.ReLU(), nn.Linear(300, 100), nn.ReLU(), nn.Linear(100, 10));

    private readonly optim.Optimizer _optimiser;
    private readonly (Tensor Weight, Tensor Mask)[] _masked;
    private readonly StepData _data;
    private readonly Tensor _order;
    private int _done;

    /// <param name="data">What to train on.</param>
    /// <param name="steps">Steps whose examples are drawn beforehand; they come round again.</param>
    public PlainLoop(StepData data, int steps)
    {
        _data = data;
        _optimiser = optim.Adam(_net.parameters(), 1.2e-3);
        _masked = [.. _net.parameters().Where(p => p.dim() == 2).Select(p => ((Tensor)p, Mask(p).DetachFromDisposeScope()))];
        var order = new EpochOrder([0], (int)data.Inputs.size(0), data.BatchSize);
        var examples = new int[steps * data.BatchSize];
        for (var s = 0; s < steps; s++)
        {
            order.Fill(s, examples.AsSpan(s * data.BatchSize, data.BatchSize));
        }

        using var drawn = tensor(examples, [steps, data.BatchSize]);
        _order = drawn.to(ScalarType.Int64).DetachFromDisposeScope();
    }

    /// <summary>A mask that keeps 20 %.</summary>
    public static Tensor Mask(Tensor like)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(7);
        return rand(like.shape, generator: generator).lt(0.2f).to(ScalarType.Float32).to(like.device).DetachFromDisposeScope();
    }

    public void Steps(int count)
    {
        for (var i = 0; i < count; i++)
        {
            using var scope = NewDisposeScope();
            var picked = _order[_done++ % _order.size(0)];
            var loss = nn.functional.cross_entropy(_net.call(_data.Inputs.index_select(0, picked)), _data.Labels.index_select(0, picked));
            _optimiser.zero_grad();
            loss.backward();
            _optimiser.step();
            using var noGradient = no_grad();
            foreach (var (weight, mask) in _masked)
            {
                weight.mul_(mask);
            }
        }
    }
}
