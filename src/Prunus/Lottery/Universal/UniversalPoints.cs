using System.Runtime.InteropServices;
using Prunus.Checkpoints;

namespace Prunus.Lottery.Universal;

/// <summary>Points as files have them: a safetensors file with <c>x</c> [n, inputs] of any float type, and the features of them as <c>features</c> [n, features] in float64.</summary>
public static class UniversalPoints
{
    /// <summary>Name of the points' tensor.</summary>
    public const string Tensor = "x";

    /// <summary>Name of the features' tensor.</summary>
    public const string FeaturesTensor = "features";

    /// <summary>Reads points, row-major.</summary>
    /// <exception cref="PrunusInputException">The tensor is not there, has another shape, or holds NaN or infinity.</exception>
    public static double[] Read(string path, int inputs)
    {
        using var file = SafetensorsFile.Open(path);
        if (!file.Tensors.TryGetValue(Tensor, out var entry))
        {
            throw new PrunusInputException(path, $"has no tensor '{Tensor}'", $"write the points as '{Tensor}' [n,{inputs}]");
        }

        if (entry.Shape is [0, _])
        {
            throw new PrunusInputException(path, $"tensor '{Tensor}' is [{string.Join(",", entry.Shape)}], which holds no point", $"give [n,{inputs}] with n of 1 or more");
        }

        if (entry.Shape is not [var count, var width] || width != inputs || count < 1)
        {
            throw new PrunusInputException(path, $"tensor '{Tensor}' is [{string.Join(",", entry.Shape)}], and the ticket takes {inputs} numbers a point", $"give [n,{inputs}]");
        }

        var values = new double[count * width];
        if (entry.Type == ElementType.F64)
        {
            file.ReadBytes(Tensor, 0, MemoryMarshal.AsBytes(values.AsSpan()));
        }
        else
        {
            var floats = new float[values.Length];
            file.Read(Tensor, 0, floats);
            values = Array.ConvertAll(floats, v => (double)v);
        }

        return Array.TrueForAll(values, double.IsFinite) ? values : throw new PrunusInputException(path, $"tensor '{Tensor}' holds NaN or infinity", "leave such points out");
    }

    /// <summary>Writes features, row-major, whole or not at all.</summary>
    public static void Write(string path, double[] features, int width) => SafetensorsWriter.Write(path,
        [new TensorSource(FeaturesTensor, ElementType.F64, [features.Length / width, width], () => [MemoryMarshal.AsBytes<double>(features).ToArray()])]);

    /// <summary>How many points have a number outside [0,1].</summary>
    public static int Outside(double[] points, int inputs) => points.Chunk(inputs).Count(p => p.Any(v => v is < 0 or > 1));
}
