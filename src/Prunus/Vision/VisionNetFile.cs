using Prunus.Checkpoints;

namespace Prunus.Vision;

/// <summary>Tells which net a file of weights is of, by the names and shapes of its tensors.</summary>
public static class VisionNetFile
{
    private static readonly MapShape[] Inputs = [MapShape.Mnist, MapShape.Cifar];

    /// <summary>The net of a safetensors file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="PrunusInputException">The file cannot be read, or is of no net that we know for images of 1×28×28 or 3×32×32.</exception>
    public static VisionConfig Find(string path)
    {
        using var file = SafetensorsFile.Open(path);
        foreach (var kind in VisionNets.All)
        {
            foreach (var input in Inputs)
            {
                if (Named(kind, input, file) is { } config && config.Tensors().All(t => file.Tensors.TryGetValue(t.Name, out var entry) && entry.Shape.SequenceEqual(t.Shape)))
                {
                    return config;
                }
            }
        }

        throw new PrunusInputException(path, "is of no net that is known by its tensors", "name it with --net (prunus list nets)");
    }

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
