using System.Buffers.Binary;
using System.IO.Compression;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Tests.Vision;

/// <summary>The first images of the reference data, as far as these tests need them.</summary>
internal static class VisionImages
{
    /// <summary>Test images of <c>mnist</c> or <c>fashion_mnist</c>: [count,1,28,28] in 0..1, and their classes.</summary>
    /// <param name="set">Name of the set.</param>
    /// <param name="count">Number of images.</param>
    /// <param name="first">Those before it are left out.</param>
    public static (Tensor Images, byte[] Labels) Idx(string set, int count, int first = 0)
    {
        var pixels = Unzip(SharedFiles.Path("data", set, "t10k-images-idx3-ubyte.gz"), 16 + (first * 784), count * 784);
        var images = tensor(Array.ConvertAll(pixels, p => (float)p), [count, 1, 28, 28]) / 255f;
        return (images, Unzip(SharedFiles.Path("data", set, "t10k-labels-idx1-ubyte.gz"), 8 + first, count));
    }

    /// <summary>The 2,000 lossless CIFAR-10 train images: [2000,3,32,32], normalised as the published ResNets take them, and their classes.</summary>
    public static (Tensor Images, byte[] Labels) Cifar()
    {
        byte[] pixels = [.. Png(SharedFiles.Path("data", "cifar10", "lossless_batch_0.png")), .. Png(SharedFiles.Path("data", "cifar10", "lossless_batch_1.png"))];
        var rows = tensor(Array.ConvertAll(pixels, p => (float)p), [2000, 32, 32, 3]) / 255f;
        var normalised = (rows - tensor([0.485f, 0.456f, 0.406f])) / tensor([0.229f, 0.224f, 0.225f]);
        return (normalised.permute(0, 3, 1, 2).contiguous(), File.ReadAllBytes(SharedFiles.Path("data", "cifar10", "lossless_labels.bin")));
    }

    private static byte[] Unzip(string path, int skip, int count)
    {
        using var stream = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
        var bytes = new byte[skip + count];
        stream.ReadExactly(bytes);
        return bytes[skip..];
    }

    // 8-bit RGB without interlace: the filtered rows of the IDAT chunks (PNG specification, section 9).
    private static byte[] Png(string path)
    {
        var file = File.ReadAllBytes(path);
        var (width, height) = (BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(16)), BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(20)));
        Assert.Equal([8, 2, 0, 0, 0], file[24..29]);
        using var packed = new MemoryStream();
        for (var at = 8; at < file.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(at));
            if (file.AsSpan(at + 4, 4).SequenceEqual("IDAT"u8))
            {
                packed.Write(file, at + 8, length);
            }

            at += length + 12;
        }

        packed.Position = 0;
        using var rows = new ZLibStream(packed, CompressionMode.Decompress);
        var line = width * 3;
        var pixels = new byte[height * line];
        for (var y = 0; y < height; y++)
        {
            var filter = rows.ReadByte();
            var row = pixels.AsSpan(y * line, line);
            rows.ReadExactly(row);
            for (var x = 0; x < line; x++)
            {
                var (left, up, corner) = (x < 3 ? 0 : row[x - 3], y == 0 ? 0 : pixels[((y - 1) * line) + x], x < 3 || y == 0 ? 0 : pixels[((y - 1) * line) + x - 3]);
                row[x] += (byte)(filter switch { 0 => 0, 1 => left, 2 => up, 3 => (left + up) / 2, _ => Paeth(left, up, corner) });
            }
        }

        return pixels;
    }

    private static int Paeth(int left, int up, int corner)
    {
        var (a, b, c) = (Math.Abs(up - corner), Math.Abs(left - corner), Math.Abs(left + up - (2 * corner)));
        return a <= b && a <= c ? left : b <= c ? up : corner;
    }
}
