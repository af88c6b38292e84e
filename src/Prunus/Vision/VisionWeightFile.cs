using Prunus.Checkpoints;

namespace Prunus.Vision;

/// <summary>Whether a file of weights is one of a net. Loads no libtorch.</summary>
internal static class VisionWeightFile
{
    private const string Remedy = "check which net the file is of";

    /// <summary>Refuses a file that lacks a tensor of the net, has it in another shape or as integers, or has one that is not the net's.</summary>
    /// <exception cref="PrunusInputException">It is such a file.</exception>
    public static void Check(VisionConfig config, SafetensorsFile file)
    {
        var specs = config.Tensors();
        foreach (var spec in specs)
        {
            Check(config, spec, file);
        }

        // PyTorch counts batches beside the running statistics; nothing reads the count while the momentum is fixed.
        var known = specs.Select(s => s.Name).ToHashSet(StringComparer.Ordinal);
        if (file.Tensors.Keys.FirstOrDefault(n => !known.Contains(n) && !n.EndsWith(".num_batches_tracked", StringComparison.Ordinal) && !IsMask(n, known)) is { } unknown)
        {
            throw new PrunusInputException(file.Location, $"tensor '{unknown}' is not part of {config.Id}", Remedy);
        }
    }

    /// <summary>Refuses NaN and infinity among a tensor's values.</summary>
    /// <exception cref="PrunusInputException">There is one.</exception>
    public static void CheckFinite(SafetensorsFile file, string name, ReadOnlySpan<float> values)
    {
        foreach (var value in values)
        {
            if (!float.IsFinite(value))
            {
                throw new PrunusInputException(file.Location, $"tensor '{name}' holds NaN or infinity", "get a sound copy of the weights");
            }
        }
    }

    // Masked weights bring their masks along (ticket export): NAME.mask.
    private static bool IsMask(string name, HashSet<string> known) => name.EndsWith(".mask", StringComparison.Ordinal) && known.Contains(name[..^".mask".Length]);

    private static void Check(VisionConfig config, VisionParameter spec, SafetensorsFile file)
    {
        if (!file.Tensors.TryGetValue(spec.Name, out var entry))
        {
            throw new PrunusInputException(file.Location, $"has no tensor '{spec.Name}', which {config.Id} needs", Remedy);
        }

        if (!entry.Shape.SequenceEqual(spec.Shape))
        {
            throw new PrunusInputException(file.Location, $"tensor '{spec.Name}' is [{string.Join(",", entry.Shape)}], {config.Id} has [{string.Join(",", spec.Shape)}]", Remedy);
        }

        SafetensorsTypes.RefuseInteger(file.Location, entry);
    }
}
