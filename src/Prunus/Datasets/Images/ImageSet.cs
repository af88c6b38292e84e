namespace Prunus.Datasets.Images;

/// <summary>
/// Labelled images of one size, as bytes. Nothing of it changes once it is made; the arrays given to the constructor are not copied and belong to the set.
/// </summary>
public sealed class ImageSet
{
    /// <param name="split">Which part of its data set it is.</param>
    /// <param name="shape">Size of every image.</param>
    /// <param name="images">[N,C,H,W] row-major, 0 (dark) to 255.</param>
    /// <param name="labels">[N], each an index into <paramref name="classNames"/>.</param>
    /// <param name="classNames">Names of the classes, 256 at most.</param>
    /// <param name="subject">What to name in a message: the file the labels are from.</param>
    /// <exception cref="PrunusInputException">There are no images, images and labels differ in number, or a label has no class.</exception>
    public ImageSet(ImageSplit split, ImageShape shape, byte[] images, byte[] labels, IReadOnlyList<string> classNames, string subject)
    {
        if (labels.Length == 0 || images.LongLength != (long)labels.Length * shape.Bytes)
        {
            throw new PrunusInputException(subject, $"has {labels.Length} labels for {images.LongLength / shape.Bytes} images", "take images and labels of the same set");
        }

        if (labels.Max() >= classNames.Count)
        {
            var at = Array.FindIndex(labels, label => label >= classNames.Count);
            throw new PrunusInputException(subject, $"label {at} is {labels[at]}, and there are {classNames.Count} classes", "check that it is the right file");
        }

        (Split, Shape, Images, Labels, ClassNames) = (split, shape, images, labels, [.. classNames]);
    }

    public ImageSplit Split { get; }

    /// <summary>Size of every image.</summary>
    public ImageShape Shape { get; }

    /// <summary>[N,C,H,W] row-major, 0 to 255.</summary>
    public ReadOnlyMemory<byte> Images { get; }

    /// <summary>[N] class of each image.</summary>
    public ReadOnlyMemory<byte> Labels { get; }

    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>Number of images.</summary>
    public int Count => Labels.Length;

    /// <summary>[C,H,W] of one image.</summary>
    public ReadOnlySpan<byte> Image(int index) => Images.Span.Slice(checked(index * Shape.Bytes), Shape.Bytes);

    /// <summary>Some of the images, in the order given.</summary>
    /// <param name="indices">Which; each from 0 to <see cref="Count"/> - 1.</param>
    /// <exception cref="PrunusInputException">None are given.</exception>
    public ImageSet Pick(IReadOnlyList<int> indices)
    {
        var (images, labels) = (new byte[checked(indices.Count * Shape.Bytes)], new byte[indices.Count]);
        for (var i = 0; i < indices.Count; i++)
        {
            Image(indices[i]).CopyTo(images.AsSpan(i * Shape.Bytes));
            labels[i] = Labels.Span[indices[i]];
        }

        return new ImageSet(Split, Shape, images, labels, ClassNames, "images picked");
    }

    /// <summary>Number of images of each class.</summary>
    public IReadOnlyList<int> ClassCounts()
    {
        var counts = new int[ClassNames.Count];
        foreach (var label in Labels.Span)
        {
            counts[label]++;
        }

        return counts;
    }
}
