using Prunus.Native;
using Prunus.Vision;
using TorchSharp;

namespace Prunus.Lottery.Sparse;

/// <summary>A layer of a <see cref="SparseNet"/>.</summary>
/// <param name="Name">The layer.</param>
/// <param name="Rows">Outputs that are left.</param>
/// <param name="Columns">Inputs that are left.</param>
/// <param name="Kept">Weights that are not zero.</param>
/// <param name="Kind"><c>sparse</c> or <c>dense</c>.</param>
public sealed record SparseLayerInfo(string Name, int Rows, int Columns, int Kept, string Kind);

/// <summary>
/// A masked net of linear layers for inference on the CPU without libtorch: dead units are taken out first, then each layer is kept sparse or dense, whichever is faster
/// (<see cref="WeightMatrix"/>). One thread; not for use by several threads at once.
/// </summary>
public sealed class SparseNet : IDisposable
{
    private const int LargestPass = 256, LeastBatch = 4;
    private readonly int _features;
    private readonly int[] _inputs;
    private readonly IReadOnlyList<LinearLayer> _layers;
    private readonly IWeightMatrix[] _matrices;
    private float[] _from = [], _to = [];

    private SparseNet(int features, int[] inputs, IReadOnlyList<LinearLayer> layers)
    {
        (_features, _inputs, _layers) = (features, inputs, layers);
        _matrices = [.. layers.Select(l => WeightMatrix.Of(l.Rows, l.Columns, l.Weights))];
        Layers = [.. layers.Zip(_matrices, (l, m) => new SparseLayerInfo(l.Name, l.Rows, l.Columns, m.Kept, m.Kind))];
    }

    /// <summary>What became of the layers.</summary>
    public IReadOnlyList<SparseLayerInfo> Layers { get; }

    /// <summary>Pixels that are still read.</summary>
    public int Inputs => _inputs.Length;

    /// <summary>Number of logits.</summary>
    public int Classes => _layers[^1].Rows;

    /// <summary>Whether a net has linear layers alone.</summary>
    public static bool Fits(VisionConfig config) => Unfit(config) is null;

    /// <summary>Compiles a net; zeros among its weights are what masks prune. The net is not needed afterwards.</summary>
    /// <exception cref="PrunusInputException">It has other layers than linear ones.</exception>
    public static SparseNet Compile(VisionNet net)
    {
        if (Unfit(net.Config) is { } other)
        {
            throw new PrunusInputException("sparse kernels", $"{net.Config.Id} has '{other.Name}', which is no linear layer", "use lenet-300-100 or an mlp, or evaluate it dense");
        }

        var steps = net.Config.Steps.Where(s => s is not Flatten).ToList();
        var layers = steps.Select((s, i) => (Step: s as Linear, Relu: i + 1 < steps.Count && steps[i + 1] is Relu)).Where(l => l.Step is not null)
            .Select(l => Layer(net, l.Step!.Name, l.Relu)).ToList();
        var (inputs, compact) = CompactLayers.Of(layers);
        return new(net.Config.Input.ElementCount, inputs, compact);
    }

    /// <summary>Images to logits.</summary>
    /// <param name="images">[count, C·H·W] row-major.</param>
    /// <param name="count">Number of images.</param>
    /// <param name="logits">[count, classes] row-major.</param>
    public void Run(ReadOnlySpan<float> images, int count, Span<float> logits)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(images.Length, count * _features);
        ArgumentOutOfRangeException.ThrowIfLessThan(logits.Length, count * Classes);
        if (count < LeastBatch)
        {
            for (var i = 0; i < count; i++)
            {
                RunOne(images.Slice(i * _features, _features), logits.Slice(i * Classes, Classes));
            }

            return;
        }

        for (var start = 0; start < count; start += LargestPass)
        {
            var size = Math.Min(LargestPass, count - start);
            RunBatch(images.Slice(start * _features, size * _features), size, logits.Slice(start * Classes, size * Classes));
        }
    }

    /// <summary>Images to logits.</summary>
    /// <param name="images">[N,C,H,W] float32 on the CPU.</param>
    /// <returns>[N,classes], owned by the caller's dispose scope.</returns>
    public torch.Tensor Run(torch.Tensor images)
    {
        var count = (int)images.size(0);
        var logits = torch.empty([count, Classes], torch.ScalarType.Float32);
        using var scope = torch.NewDisposeScope();
        Run(TensorMemory.Span<float>(images.contiguous()), count, TensorMemory.Span<float>(logits));
        return logits;
    }

    public void Dispose() => Array.ForEach(_matrices, m => m.Dispose());

    private static VisionStep? Unfit(VisionConfig config) => config.Steps.FirstOrDefault(s => s is not (Flatten or Linear or Relu));

    private static LinearLayer Layer(VisionNet net, string name, bool relu)
    {
        var (weight, bias) = (net.Parameters[$"{name}.weight"], net.Parameters[$"{name}.bias"]);
        return new(name, (int)weight.size(0), (int)weight.size(1), Values(weight), Values(bias), relu);
    }

    private static float[] Values(torch.Tensor tensor)
    {
        using var scope = torch.NewDisposeScope();
        return TensorMemory.Span<float>(tensor.detach().cpu().contiguous()).ToArray();
    }

    private void RunOne(ReadOnlySpan<float> image, Span<float> logits)
    {
        Reserve(1);
        for (var i = 0; i < _inputs.Length; i++)
        {
            _from[i] = image[_inputs[i]];
        }

        Pass(1);
        _from.AsSpan(0, Classes).CopyTo(logits);
    }

    // Images side by side, padded with zeros to whole vectors: [inputs,lanes].
    private void RunBatch(ReadOnlySpan<float> images, int count, Span<float> logits)
    {
        var lanes = (count + WeightMatrix.Lanes - 1) / WeightMatrix.Lanes * WeightMatrix.Lanes;
        Reserve(lanes);
        BatchLayout.Pack(images, count, _features, _inputs, _from, lanes);
        Pass(lanes);
        BatchLayout.Unpack(_from, lanes, count, logits, Classes);
    }

    private void Reserve(int lanes)
    {
        var most = lanes * _layers.Select(l => l.Rows).Append(_inputs.Length).Max();
        (_from, _to) = _from.Length >= most ? (_from, _to) : (new float[most], new float[most]);
    }

    // From _from to _from.
    private void Pass(int lanes)
    {
        for (var i = 0; i < _matrices.Length; i++)
        {
            if (lanes == 1)
            {
                _matrices[i].Multiply(_from, _to);
            }
            else
            {
                _matrices[i].Multiply(_from, _to, lanes);
            }

            Activation.Apply(_to.AsSpan(0, lanes * _layers[i].Rows), _layers[i].Bias, _layers[i].Relu);
            (_from, _to) = (_to, _from);
        }
    }
}
