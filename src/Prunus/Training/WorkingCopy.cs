using Prunus.Decoders;
using TorchSharp;

namespace Prunus.Training;

/// <summary>The decoder that a pass computes with, beside the float32 weights that are optimized.</summary>
internal static class WorkingCopy
{
    /// <summary>Whether a precision means bfloat16 on a device.</summary>
    public static bool InBFloat16(Precision precision, torch.Device device) =>
        precision == Precision.BFloat16 || (precision == Precision.Auto && device.type == DeviceType.CUDA);

    /// <summary>A bfloat16 copy where the precision says so, else the decoder itself.</summary>
    public static Decoder Of(Decoder masters, Precision precision)
    {
        if (!InBFloat16(precision, masters.Device))
        {
            return masters;
        }

        using var noGradient = torch.no_grad();
        return new(masters.Config, masters.Parameters.ToDictionary(p => p.Key, p => p.Value.to(torch.ScalarType.BFloat16)));
    }
}
