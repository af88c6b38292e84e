namespace Prunus.Datasets.Images;

/// <summary>The binary version of CIFAR-10 (A. Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009): records of a label and 3×32×32 bytes.</summary>
public static class CifarBatches
{
    /// <summary>Size of its images.</summary>
    public static ImageShape Shape { get; } = new(3, 32, 32);

    /// <summary>Bytes of a file: 10,000 records.</summary>
    public static int Length { get; } = 10_000 * (1 + Shape.Bytes);

    /// <summary>Joins batch files in their order.</summary>
    /// <exception cref="PrunusInputException">A file is no whole number of records, or a label is above 9.</exception>
    public static ImageSet Read(IReadOnlyList<ImageFileContent> files, ImageSplit split, IReadOnlyList<string> classNames)
    {
        var record = 1 + Shape.Bytes;
        foreach (var file in files)
        {
            if (file.Bytes.Length == 0 || file.Bytes.Length % record != 0)
            {
                throw new PrunusInputException(file.Path, $"has {file.Bytes.Length} bytes, which is no number of {record}-byte records", "get the file again");
            }
        }

        var count = files.Sum(file => (long)file.Bytes.Length) / record;
        if (count * Shape.Bytes > Array.MaxLength)
        {
            throw new PrunusInputException(files[0].Path, $"and the others hold {count} images, too many at once", "check that they are the right files");
        }

        var (images, labels, at) = (new byte[count * Shape.Bytes], new byte[count], 0);
        foreach (var file in files)
        {
            for (var start = 0; start < file.Bytes.Length; start += record, at++)
            {
                labels[at] = file.Bytes[start];
                file.Bytes.AsSpan(start + 1, Shape.Bytes).CopyTo(images.AsSpan(at * Shape.Bytes));
            }
        }

        return new ImageSet(split, Shape, images, labels, classNames, files[0].Path);
    }
}
