using System.Runtime.InteropServices;
using Prunus.Checkpoints;
using Prunus.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Tests;

/// <summary>Reading and comparing reference outputs.</summary>
public static class Goldens
{
    public static float[] ReadAll(this SafetensorsFile file, string name)
    {
        var values = new float[file.Tensors[name].ElementCount];
        file.Read(name, 0, values);
        return values;
    }

    /// <summary>An int64 tensor of a reference file.</summary>
    public static Tensor Ids(SafetensorsFile file, string name)
    {
        Libtorch.Load();
        return tensor(file.ReadInt64(name), [.. file.Tensors[name].Shape]);
    }

    public static float[] Floats(TensorSource source) =>
        MemoryMarshal.Cast<byte, float>(source.Bytes().SelectMany(b => b.ToArray()).ToArray()).ToArray();

    public static double LargestDifference(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        return expected.Zip(actual, (e, a) => double.IsNaN(a) ? double.PositiveInfinity : Math.Abs((double)e - a)).DefaultIfEmpty().Max();
    }

    /// <summary>Largest difference over the largest expected magnitude.</summary>
    public static double RelativeDifference(float[] expected, float[] actual) =>
        LargestDifference(expected, actual) / Math.Max(1e-12, expected.Max(e => Math.Abs((double)e)));
}
