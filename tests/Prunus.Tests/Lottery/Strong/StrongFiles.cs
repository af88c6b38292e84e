using Prunus.Checkpoints;
using Prunus.Randomness;

namespace Prunus.Tests.Lottery.Strong;

/// <summary>Files of drawn weights.</summary>
internal static class StrongFiles
{
    /// <summary>mlp:WIDTH for images of a size, under PyTorch's names.</summary>
    public static void Mlp(string path, int width, int pixels = 784, int classes = 10, Dictionary<string, string>? metadata = null)
    {
        var draw = new Philox4x32(1);
        SafetensorsWriter.Write(path, [Of("fc1.weight", 0, width, pixels), Of("fc1.bias", 1_000_000, width), Of("fc2.weight", 2_000_000, classes, width), Of("fc2.bias", 3_000_000, classes)], metadata);

        TensorSource Of(string name, ulong start, params long[] shape) => TensorSource.Of(name, ElementType.F32, shape, () =>
        {
            var values = new float[shape.Aggregate(1L, (a, b) => a * b)];
            draw.FillNormal(start, values, 0, 0.1);
            return values;
        });
    }
}
