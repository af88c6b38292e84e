using Prunus.Checkpoints;

namespace Prunus.Vision;

/// <summary>Tells which net a file of weights is of: by its metadata, else by the names and shapes of its tensors.</summary>
public static class VisionNetFile
{
    /// <summary>Metadata that says it, in the form of <see cref="VisionNets.Described"/>; <c>ticket export</c> and <c>apply</c> write it.</summary>
    public const string Architecture = "architecture";

    private static readonly MapShape[] Inputs = [MapShape.Mnist, MapShape.Cifar];

    /// <summary>The net of a safetensors file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="PrunusInputException">The file cannot be read, or does not say its net and is of none that we know for images of 1×28×28 or 3×32×32.</exception>
    public static VisionConfig Find(string path)
    {
        using var file = SafetensorsFile.Open(path);
        if (Said(file) is { } said && Fits(said, file))
        {
            return said;
        }

        foreach (var kind in VisionNets.All)
        {
            foreach (var input in Inputs)
            {
                if (Named(kind, input, file) is { } config && Fits(config, file))
                {
                    return config;
                }
            }
        }

        throw new PrunusInputException(path, "is of no net that is known by its tensors", "name it with --net (prunus list nets), and the size of its images and classes where they are not the usual ones: mlp:64-32:1x16x16:4");
    }

    // Any program may have written anything under that name.
    private static VisionConfig? Said(SafetensorsFile file)
    {
        try
        {
            return file.Metadata.TryGetValue(Architecture, out var text) ? VisionNets.Described(text) : null;
        }
        catch (PrunusInputException)
        {
            return null;
        }
    }

    private static bool Fits(VisionConfig config, SafetensorsFile file) =>
        config.Tensors().All(t => file.Tensors.TryGetValue(t.Name, out var entry) && entry.Shape.SequenceEqual(t.Shape));

    // With the number of classes of the file's last bias, and widths of its linear layers.
    private static VisionConfig? Named(VisionNetKind kind, MapShape input, SafetensorsFile file)
    {
        var linear = Enumerable.Range(1, file.Tensors.Count).Select(i => Outputs(file, $"fc{i}.bias")).TakeWhile(n => n > 0).ToList();
        var name = !kind.TakesWidths ? kind.Id : linear.Count > 1 ? $"{kind.Id}:{string.Join('-', linear.SkipLast(1))}" : null;
        if (name is null)
        {
            return null;
        }

        var last = VisionNets.Named(name, input).Parameters()[^1].Name;
        var classes = Outputs(file, last);
        return classes > 0 && file.Tensors.Count <= VisionNets.Named(name, input, classes).Tensors().Count ? VisionNets.Named(name, input, classes) : null;
    }

    private static int Outputs(SafetensorsFile file, string name) =>
        file.Tensors.TryGetValue(name, out var entry) && entry.Shape is [> 0 and <= 1 << 14 and var outputs] ? (int)outputs : 0;
}
