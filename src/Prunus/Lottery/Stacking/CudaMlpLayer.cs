using Prunus.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Lottery.Stacking;

/// <summary>A layer's buffers and its three batched products.</summary>
internal sealed class CudaMlpLayer
{
    private readonly Tensor _inputs, _weights, _transposedWeights, _transposedErrors;

    /// <param name="layer">The layer.</param>
    /// <param name="members">M.</param>
    /// <param name="batch">B.</param>
    /// <param name="inputs">[M,B,in].</param>
    /// <param name="owned">Keeps a tensor until the engine is disposed.</param>
    public CudaMlpLayer(MlpLayer layer, int members, int batch, Tensor inputs, Func<Tensor, Tensor> owned)
    {
        var device = inputs.device;
        (Weight, Bias, Units, _inputs) = (layer.Weight, layer.Bias, layer.Units, inputs);
        Outputs = owned(zeros([members, batch, layer.Units], device: device));
        Errors = owned(zeros([members, batch, layer.Units], device: device));
        Gradients = owned(zeros([members, layer.Units, layer.Inputs], device: device));
        Mask = layer.Weight.Mask is { } mask ? owned(mask.to(ScalarType.Byte)) : null;
        _weights = owned(layer.Weight.Value.view(members, layer.Units, layer.Inputs));
        _transposedWeights = owned(_weights.transpose(1, 2));
        _transposedErrors = owned(Errors.transpose(1, 2));
    }

    public MlpTensor Weight { get; }

    public MlpTensor Bias { get; }

    public int Units { get; }

    /// <summary>[M,B,units].</summary>
    public Tensor Outputs { get; }

    /// <summary>[M,B,units]: derivatives with respect to the outputs before the ReLU.</summary>
    public Tensor Errors { get; }

    /// <summary>[M,units,in].</summary>
    public Tensor Gradients { get; }

    /// <summary>0 and 1 in a byte each, or null.</summary>
    public Tensor? Mask { get; }

    /// <summary>Outputs without bias.</summary>
    public void Forward() => BatchedProduct.Into(_inputs, _transposedWeights, Outputs);

    /// <summary>Errors of the layer before, as if its ReLU let all pass.</summary>
    public void Backward(Tensor errorsBefore) => BatchedProduct.Into(Errors, _weights, errorsBefore);

    /// <summary>Gradients of the weights.</summary>
    public void Differentiate() => BatchedProduct.Into(_transposedErrors, _inputs, Gradients);

    /// <summary>All three; the inputs are used up. To be done once before a recording.</summary>
    public void Products()
    {
        Forward();
        Differentiate();
        Backward(_inputs);
    }
}
