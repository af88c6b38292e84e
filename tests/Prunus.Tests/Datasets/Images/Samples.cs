using Prunus.Datasets.Images;

namespace Prunus.Tests.Datasets.Images;

/// <summary>Files and sets made by hand.</summary>
internal static class Samples
{
    public static readonly string[] TwoClasses = ["zero", "one"];

    /// <summary>Three 2×2 images that count up from 0; labels 0, 1, 0.</summary>
    public static ImageFileContent IdxImages() => new("images", IdxFile.Images(3, 2, 2, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 255]));

    public static ImageFileContent IdxLabels() => new("labels", IdxFile.Labels([0, 1, 0]));

    /// <summary>[count,channels,side,side] whose byte i is i mod 251; labels take turns.</summary>
    public static ImageSet Counting(int count, int channels, int side)
    {
        var shape = new ImageShape(channels, side, side);
        var images = Enumerable.Range(0, count * shape.Bytes).Select(i => (byte)(i % 251)).ToArray();
        return new ImageSet(ImageSplit.Train, shape, images, [.. Enumerable.Range(0, count).Select(i => (byte)(i % 2))], TwoClasses, "counting");
    }

    public static string Fault(Action action) => Assert.Throws<PrunusInputException>(action).Message;

    public static ImageFileContent Changed(this ImageFileContent file, int at, byte value)
    {
        var bytes = (byte[])file.Bytes.Clone();
        bytes[at] = value;
        return file with { Bytes = bytes };
    }
}
