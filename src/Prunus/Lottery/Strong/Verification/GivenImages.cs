using System.Globalization;
using Prunus.Checkpoints;
using Prunus.Vision;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Lottery.Strong.Verification;

/// <summary>Somebody's own images for a net: values as they are, whatever their range.</summary>
/// <param name="Name">What they are called.</param>
/// <param name="Shape">Size of each.</param>
/// <param name="Values">[N,C,H,W] row-major.</param>
public sealed record GivenImages(string Name, MapShape Shape, float[] Values)
{
    /// <summary>How many.</summary>
    public int Count => Values.Length / Shape.ElementCount;

    /// <summary>Images with a value outside [0,1], where no bound holds.</summary>
    public IReadOnlyList<int> Outside { get; } = [.. Enumerable.Range(0, Values.Length / Shape.ElementCount)
        .Where(i => Values.AsSpan(i * Shape.ElementCount, Shape.ElementCount).ContainsAnyExceptInRange(0, 1))];

    /// <summary>What is to be said of <see cref="Outside"/>; null where there is none.</summary>
    public string? Warning => Outside.Count == 0 ? null : string.Create(CultureInfo.InvariantCulture,
        $"{Name}: {Outside.Count} of {Count} images leave [0,1] (image {Outside[0]} spans {Image(Outside[0]).Min():0.###} to {Image(Outside[0]).Max():0.###}), where nothing is certified; give pixels / 255 as they are, not normalised");

    /// <summary>All tensors [N,C,H,W] of a safetensors file that are of the net's size, one after the other.</summary>
    /// <param name="path">The file.</param>
    /// <param name="shape">Size of the net's images.</param>
    /// <exception cref="PrunusInputException">It has none, or holds NaN or infinity.</exception>
    public static GivenImages Read(string path, MapShape shape)
    {
        using var file = SafetensorsFile.Open(path);
        var found = file.Tensors.Where(t => t.Value.Shape is [_, var c, var h, var w] && (c, h, w) == (shape.Channels, shape.Height, shape.Width)).Select(t => t.Key).ToList();
        if (found.Count == 0)
        {
            throw new PrunusInputException(path, $"has no images [N,{shape.Channels},{shape.Height},{shape.Width}]", "give a safetensors file with such a tensor");
        }

        return new(Path.GetFileName(path), shape, [.. found.SelectMany(Values)]);

        float[] Values(string name)
        {
            var values = new float[file.Tensors[name].ElementCount];
            file.Read(name, 0, values);
            return Array.TrueForAll(values, float.IsFinite) ? values : throw new PrunusInputException(path, $"tensor '{name}' holds NaN or infinity", "check the images");
        }
    }

    /// <summary>Those within [0,1], or the others; owned by the caller's dispose scope.</summary>
    internal Tensor Pick(bool outside, ScalarType type)
    {
        var left = Outside.ToHashSet();
        float[] values = [.. Enumerable.Range(0, Count).Where(i => left.Contains(i) == outside).SelectMany(Image)];
        using var scope = NewDisposeScope();
        return tensor(values, [values.Length / Shape.ElementCount, Shape.Channels, Shape.Height, Shape.Width]).to(type).MoveToOuterDisposeScope();
    }

    private float[] Image(int index) => Values.AsSpan(index * Shape.ElementCount, Shape.ElementCount).ToArray();
}
