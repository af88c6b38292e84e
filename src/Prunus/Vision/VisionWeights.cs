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
        var specs = config.Tensors();
        foreach (var spec in specs)
        {
            Check(config, spec, file);
        }

        // PyTorch counts batches beside the running statistics; nothing reads the count while the momentum is fixed.
        var known = specs.Select(s => s.Name).ToHashSet(StringComparer.Ordinal);
        return file.Tensors.Keys.FirstOrDefault(n => !known.Contains(n) && !n.EndsWith(".num_batches_tracked", StringComparison.Ordinal) && !IsMask(n, known)) is { } unknown
            ? throw new PrunusInputException(path, $"tensor '{unknown}' is not part of {config.Id}", "check which net the file is of")
            : specs.ToDictionary(s => s.Name, s => Read(file, s, device));
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

    // Masked weights bring their masks along (ticket export): NAME.mask.
    private static bool IsMask(string name, HashSet<string> known) => name.EndsWith(".mask", StringComparison.Ordinal) && known.Contains(name[..^".mask".Length]);

    private static void Check(VisionConfig config, VisionParameter spec, SafetensorsFile file)
    {
        if (!file.Tensors.TryGetValue(spec.Name, out var entry))
        {
            throw new PrunusInputException(file.Location, $"has no tensor '{spec.Name}', which {config.Id} needs", "check which net the file is of");
        }

        if (!entry.Shape.SequenceEqual(spec.Shape))
        {
            throw new PrunusInputException(file.Location, $"tensor '{spec.Name}' is [{string.Join(",", entry.Shape)}], {config.Id} has [{string.Join(",", spec.Shape)}]",
                "check which net the file is of");
        }
    }

    private static Tensor Read(SafetensorsFile file, VisionParameter spec, Device device) => Made(spec, device, values =>
    {
        file.Read(spec.Name, 0, values);
        foreach (var value in values)
        {
            if (!float.IsFinite(value))
            {
                throw new PrunusInputException(file.Location, $"tensor '{spec.Name}' holds NaN or infinity", "get a sound copy of the weights");
            }
        }
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
