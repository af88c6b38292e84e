using Prunus.Lottery.Sparse;
using Prunus.Native;
using Prunus.Randomness;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Lottery.Kinds;

/// <summary>A net on the CPU whose passes are timed: by libtorch, and by the kernels for sparse weights where there are any. Of a decoder these do the products of its blocks alone.</summary>
internal sealed class TimedNet : IDisposable
{
    private readonly ITicketNet _net;
    private readonly SparseNet? _sparse;
    private readonly IReadOnlyList<IWeightMatrix> _blocks = [];
    private readonly IReadOnlyList<Tensor> _weights = [];
    private readonly long[] _shape;

    /// <param name="net">The net; owned.</param>
    public TimedNet(ITicketNet net)
    {
        _net = net;
        if (net is VisionTicketNet { Net: var vision })
        {
            var input = vision.Config.Input;
            _shape = [input.Channels, input.Height, input.Width];
            _sparse = SparseNet.Fits(vision.Config) ? SparseNet.Compile(vision) : null;
            return;
        }

        _shape = [];
        _weights = [.. net.Tensors.Where(t => t.IsPrunable).Select(t => net.Parameters[t.Name])];
        _blocks = [.. _weights.Select(w => WeightMatrix.Of((int)w.size(0), (int)w.size(1), TensorMemory.Span<float>(w)))];
    }

    private bool IsDecoder => _shape.Length == 0;

    /// <summary>A pass by libtorch.</summary>
    /// <param name="count">Images, or tokens of one sequence.</param>
    public Action Dense(int count)
    {
        var inputs = IsDecoder ? Ops.Range(0, count, CPU).unsqueeze(0) : Images(count);
        return () =>
        {
            using var noGradient = no_grad();
            using var scope = NewDisposeScope();
            _net.Forward(inputs);
        };
    }

    /// <summary>What the sparse kernels are compared with: the pass by libtorch, or its products of the blocks.</summary>
    public Action Reference(int count)
    {
        if (!IsDecoder)
        {
            return Dense(count);
        }

        Tensor[] inputs = [.. _weights.Select(w => ones(count, w.size(1)))];
        return () =>
        {
            using var noGradient = no_grad();
            using var scope = NewDisposeScope();
            for (var i = 0; i < inputs.Length; i++)
            {
                nn.functional.linear(inputs[i], _weights[i]);
            }
        };
    }

    /// <summary>The same by the kernels for sparse weights; null where there are none for this net.</summary>
    public Action? Sparse(int count)
    {
        if (_sparse is { } sparse)
        {
            var (images, logits) = (TensorMemory.Span<float>(Images(count)).ToArray(), new float[count * sparse.Classes]);
            return () => sparse.Run(images, count, logits);
        }

        if (!IsDecoder)
        {
            return null;
        }

        var lanes = count == 1 ? 1 : (count + WeightMatrix.Lanes - 1) / WeightMatrix.Lanes * WeightMatrix.Lanes;
        var x = Enumerable.Repeat(1f, lanes * _blocks.Max(b => b.Columns)).ToArray();
        var y = new float[lanes * _blocks.Max(b => b.Rows)];
        return () =>
        {
            foreach (var block in _blocks)
            {
                if (lanes == 1)
                {
                    block.Multiply(x, y);
                }
                else
                {
                    block.Multiply(x, y, lanes);
                }
            }
        };
    }

    public void Dispose()
    {
        _sparse?.Dispose();
        foreach (var block in _blocks)
        {
            block.Dispose();
        }

        _net.Dispose();
    }

    // Values like those of normalised images: zeros would be too kind to kernels.
    private Tensor Images(int count)
    {
        var values = new float[count * _shape.Aggregate(1L, (n, d) => n * d)];
        new Philox4x32(1).FillNormal(0, values, 0, 1);
        return tensor(values, [count, .. _shape]);
    }
}
