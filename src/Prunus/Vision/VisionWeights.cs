using System.Text;
using Prunus.Checkpoints;
using Prunus.Native;
using Prunus.Randomness;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Vision;

/// <summary>Fills a net's tensors from a file or from the generator.</summary>
internal static class VisionWeights
{
    public static Dictionary<string, Tensor> Read(VisionConfig config, string path, Device device)
    {
        using var file = SafetensorsFile.Open(path);
        VisionWeightFile.Check(config, file);
        return config.Tensors().ToDictionary(s => s.Name, s => Read(file, s, device));
    }

    public static Dictionary<string, Tensor> Draw(VisionConfig config, VisionInitialisation initialisation, long seed, Device device) =>
        config.Tensors().ToDictionary(s => s.Name, s => Made(s, device, values => Fill(s, initialisation, seed, values)));

    /// <summary>Fresh values of one tensor, row-major.</summary>
    internal static void Fill(VisionParameter spec, VisionInitialisation initialisation, long seed, Span<float> values)
    {
        if (spec.IsPrunable)
        {
            initialisation.Fill(new Philox4x32(unchecked((ulong)seed), Stream(spec.Name)), spec, values);
        }
        else
        {
            values.Fill(spec.Role is VisionRole.NormScale or VisionRole.RunningVariance ? 1 : 0);
        }
    }

    /// <summary>FNV-1a over the name: a stream for each parameter that stays the same when layers are put in anywhere.</summary>
    internal static ulong Stream(string name) => Encoding.UTF8.GetBytes(name).Aggregate(0xCBF29CE484222325, (hash, b) => unchecked((hash ^ b) * 0x100000001B3));

    private static Tensor Read(SafetensorsFile file, VisionParameter spec, Device device) => Made(spec, device, values =>
    {
        file.Read(spec.Name, 0, values);
        VisionWeightFile.CheckFinite(file, spec.Name, values);
    });

    private static Tensor Made(VisionParameter spec, Device device, Filler fill)
    {
        using var scope = NewDisposeScope();
        var values = empty([.. spec.Shape], ScalarType.Float32);
        fill(TensorMemory.Span<float>(values));
        return values.to(device).DetachFromDisposeScope();
    }

    private delegate void Filler(Span<float> values);
}
