using Prunus.Native;
using TorchSharp;

namespace Prunus.Distillation;

/// <summary>Probabilities in float32 whatever the type of the logits.</summary>
internal static class Softmax
{
    /// <summary>log softmax(logits/τ) over the last dimension, a new float32 tensor.</summary>
    public static torch.Tensor Log(torch.Tensor logits, double temperature)
    {
        if (temperature == 1)
        {
            return logits.log_softmax(-1, torch.ScalarType.Float32);
        }

        using var scaled = Ops.DivideInPlace(logits.to(torch.ScalarType.Float32, copy: true), temperature);
        return scaled.log_softmax(-1);
    }

    /// <summary>softmax(logits/τ) over the last dimension, a new float32 tensor.</summary>
    public static torch.Tensor Of(torch.Tensor logits, double temperature)
    {
        if (temperature == 1)
        {
            return logits.softmax(-1, torch.ScalarType.Float32);
        }

        using var scaled = Ops.DivideInPlace(logits.to(torch.ScalarType.Float32, copy: true), temperature);
        return scaled.softmax(-1);
    }
}
