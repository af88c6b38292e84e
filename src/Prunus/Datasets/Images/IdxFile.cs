using System.Buffers.Binary;

namespace Prunus.Datasets.Images;

/// <summary>
/// The IDX format of MNIST (Y. LeCun, C. Cortes, C. J. C. Burges, "The MNIST database of handwritten digits"): a big-endian i32 magic, one i32 per dimension, then bytes.
/// </summary>
public static class IdxFile
{
    private const int ImagesMagic = 2051, LabelsMagic = 2049;

    /// <summary>Joins an image file (magic 2051: count, rows, columns) and a label file (magic 2049: count) to a set of one-channel images.</summary>
    /// <exception cref="PrunusInputException">A magic is wrong, a file is shorter or longer than its header says, or the two don't belong together.</exception>
    public static ImageSet Read(ImageFileContent images, ImageFileContent labels, ImageSplit split, IReadOnlyList<string> classNames)
    {
        var sizes = Dimensions(images, ImagesMagic, 3);
        _ = Dimensions(labels, LabelsMagic, 1);
        return new ImageSet(split, new ImageShape(1, sizes[1], sizes[2]), images.Bytes[16..], labels.Bytes[8..], classNames, labels.Path);
    }

    /// <summary>An image file's bytes. <paramref name="images"/>: [N,H,W].</summary>
    public static byte[] Images(int count, int height, int width, ReadOnlySpan<byte> images) => [.. Header(ImagesMagic, count, height, width), .. images];

    /// <summary>A label file's bytes.</summary>
    public static byte[] Labels(ReadOnlySpan<byte> labels) => [.. Header(LabelsMagic, labels.Length), .. labels];

    private static int[] Dimensions(ImageFileContent file, int magic, int dimensions)
    {
        var header = 4 * (dimensions + 1);
        if (file.Bytes.Length < header)
        {
            throw new PrunusInputException(file.Path, $"has {file.Bytes.Length} bytes, fewer than the {header} of an IDX header", "get the file again");
        }

        if (Int(file, 0) is var found && found != magic)
        {
            throw new PrunusInputException(file.Path, $"begins with {found}, not with the {magic} of an IDX {(dimensions == 1 ? "label" : "image")} file", "check that it is the right file");
        }

        var sizes = Enumerable.Range(1, dimensions).Select(i => Int(file, 4 * i)).ToArray();
        var body = file.Bytes.Length - header;

        // Each factor is compared before it is used, so no product overflows.
        var product = 1L;
        foreach (var size in sizes)
        {
            product = size is > 0 and <= ImageFileContent.Largest && product <= ImageFileContent.Largest ? product * size : -1;
            if (product < 0)
            {
                break;
            }
        }

        return product == body ? sizes : throw new PrunusInputException(
            file.Path, $"says {string.Join(" × ", sizes)} and holds {body} bytes after its header", "get the file again");
    }

    private static int Int(ImageFileContent file, int at) => BinaryPrimitives.ReadInt32BigEndian(file.Bytes.AsSpan(at));

    private static byte[] Header(params int[] values)
    {
        var bytes = new byte[4 * values.Length];
        for (var i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(4 * i), values[i]);
        }

        return bytes;
    }
}
