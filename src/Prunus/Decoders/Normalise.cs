using Prunus.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Decoders;

/// <summary>RMSNorm (Zhang and Sennrich 2019) and LayerNorm (Ba et al. 2016), with weights stored plain or less one.</summary>
internal static class Normalise
{
    /// <summary>Normalises the last dimension with the parameters <c>name.weight</c> and, for LayerNorm, <c>name.bias</c>.</summary>
    public static Tensor Apply(Tensor x, DecoderConfig config, Dictionary<string, Tensor> parameters, string name)
    {
        var weight = parameters[name + ".weight"];
        return config.Norm == NormKind.RmsNorm
            ? Rms(x, config, weight)
            : Ops.LayerNorm(x, config.NormPlusOne ? Ops.Add(weight, 1) : weight, parameters[name + ".bias"], config.NormEpsilon);
    }

    public static Tensor Rms(Tensor x, DecoderConfig config, Tensor weight) => Ops.RmsNorm(x, config.NormPlusOne ? Ops.Add(weight, 1) : weight, config.NormEpsilon);
}
