using Prunus.Decoders;
using TorchSharp;

namespace Prunus.Shrinking;

/// <summary>Values of a decoder's parameters on the host.</summary>
internal static class DecoderValues
{
    /// <summary>A parameter as float32, row-major.</summary>
    public static float[] Of(Decoder decoder, ParameterSpec parameter)
    {
        using var scope = torch.NewDisposeScope();
        return decoder.Parameters[parameter.Name].detach().to(torch.ScalarType.Float32).cpu().contiguous().data<float>().ToArray();
    }
}
