using Prunus.Decoders;
using Prunus.Native;
using static TorchSharp.torch;

namespace Prunus.Pruning;

/// <summary>A model in memory as a source of values.</summary>
public static class DecoderValues
{
    /// <summary>Reads a parameter as float32, row-major.</summary>
    public static float[] Read(Decoder decoder, ParameterSpec parameter)
    {
        using var scope = NewDisposeScope();
        return TensorMemory.Span<float>(decoder.Parameters[parameter.Name].detach().to(ScalarType.Float32).cpu().contiguous()).ToArray();
    }
}
