using Prunus.Randomness;

namespace Prunus.Datasets.Images;

/// <summary>
/// Small made-up sets: a pure function of seed and split, the same on every machine but for the last bit of sine and cosine. Classes take turns, so every prefix is balanced.
/// </summary>
public static class SyntheticImages
{
    private const int Side = 16;

    // Streams of one seed: each image has its own, so a longer set begins with a shorter one.
    private const ulong Stream = 0x494D_4147_0000_0000;

    /// <summary>Two interleaved spirals: each image is a bright dot of radius 1.5 pixels at a point of arm 0 or 1 (1.5 turns, Gaussian noise of 0.02 of the side).</summary>
    /// <returns>[count,1,16,16], classes <c>arm 0</c>, <c>arm 1</c>.</returns>
    public static ImageSet Spirals(ulong seed, int count, ImageSplit split) => Make(seed, count, split, ["arm 0", "arm 1"], (draw, label, image) =>
    {
        var turn = Math.Sqrt(draw.Uniform(0));
        var angle = 3 * Math.PI * turn + Math.PI * label;
        var (x, y) = (0.42 * turn * Math.Cos(angle) + 0.02 * draw.Normal(4), 0.42 * turn * Math.Sin(angle) + 0.02 * draw.Normal(5));
        Dot(image, (x + 0.5) * Side - 0.5, (y + 0.5) * Side - 0.5, 1.5);
    });

    /// <summary>Gaussian blobs: a dot near the middle of one of the four quarters (standard deviation 1.5 pixels) over pixel noise of 20 grey levels.</summary>
    /// <returns>[count,1,16,16], one class a quarter.</returns>
    public static ImageSet Blobs(ulong seed, int count, ImageSplit split) =>
        Make(seed, count, split, ["upper left", "upper right", "lower left", "lower right"], (draw, label, image) =>
        {
            Noise(image, draw, 20);
            Dot(image, 3.5 + 8 * (label % 2) + 1.5 * draw.Normal(0), 3.5 + 8 * (label / 2) + 1.5 * draw.Normal(1), 2);
        });

    /// <summary>Stripes of a random phase and a period of 4 to 8 pixels along one of four directions, over pixel noise of 40 grey levels.</summary>
    /// <returns>[count,1,16,16], one class a direction.</returns>
    public static ImageSet Stripes(ulong seed, int count, ImageSplit split) =>
        Make(seed, count, split, ["0°", "45°", "90°", "135°"], (draw, label, image) =>
        {
            var (sine, cosine) = Math.SinCos(Math.PI * label / 4);
            var (period, phase) = (4 + 4 * draw.Uniform(0), 2 * Math.PI * draw.Uniform(1));
            Noise(image, draw, 40);
            for (var i = 0; i < image.Length; i++)
            {
                image[i] += 127.5 + 80 * Math.Sin(2 * Math.PI * (i % Side * cosine + i / Side * sine) / period + phase);
            }
        });

    private static ImageSet Make(ulong seed, int count, ImageSplit split, string[] names, Action<Philox4x32, int, double[]> paint)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        var shape = new ImageShape(1, Side, Side);
        var (images, labels, image) = (new byte[checked(count * shape.Bytes)], new byte[count], new double[shape.Bytes]);
        for (var i = 0; i < count; i++)
        {
            Array.Clear(image);
            labels[i] = (byte)(i % names.Length);
            paint(new Philox4x32(seed, Stream + ((ulong)split << 31) + (ulong)i), labels[i], image);
            for (var p = 0; p < image.Length; p++)
            {
                images[i * image.Length + p] = (byte)Math.Clamp(Math.Round(image[p]), 0, 255);
            }
        }

        return new ImageSet(split, shape, images, labels, names, "synthetic images");
    }

    // Words 0-7 of an image's stream are its shape; its noise begins at 8.
    private static void Noise(double[] image, Philox4x32 draw, double levels)
    {
        for (var i = 0; i < image.Length; i++)
        {
            image[i] += levels * draw.Normal(8 + (ulong)i);
        }
    }

    private static void Dot(double[] image, double x, double y, double radius)
    {
        for (var i = 0; i < image.Length; i++)
        {
            var (dx, dy) = (i % Side - x, i / Side - y);
            image[i] += 255 * Math.Exp(-(dx * dx + dy * dy) / (2 * radius * radius));
        }
    }
}
