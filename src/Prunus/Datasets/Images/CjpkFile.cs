using System.Buffers.Binary;

namespace Prunus.Datasets.Images;

/// <summary>
/// CIFAR-10 as JPEG with one common header: <c>CJPK0001</c>, u32 N, u32 H, H header bytes, N × (u8 class, u16 number, u16 length), then N segments; little-endian.
/// Image i is header + segment i + FF D9. The pixels are lossy: accuracies are not comparable with those on the original files.
/// </summary>
public static class CjpkFile
{
    private const int Start = 16, IndexEntry = 5;
    private static readonly byte[] EndOfImage = [0xFF, 0xD9];

    /// <summary>Decodes all images, on all cores.</summary>
    /// <exception cref="PrunusInputException">A length disagrees with the file, or an image is no 32×32 JPEG.</exception>
    public static ImageSet Read(ImageFileContent file, ImageSplit split, IReadOnlyList<string> classNames)
    {
        var (count, header) = Sizes(file);
        var shape = CifarBatches.Shape;
        var (images, labels, starts) = (new byte[count * shape.Bytes], new byte[count], new int[count + 1]);
        starts[0] = Start + header + count * IndexEntry;
        for (var i = 0; i < count; i++)
        {
            var entry = file.Bytes.AsSpan(Start + header + i * IndexEntry, IndexEntry);
            labels[i] = entry[0];
            starts[i + 1] = starts[i] + BinaryPrimitives.ReadUInt16LittleEndian(entry[3..]);
            if (starts[i + 1] > file.Bytes.Length)
            {
                throw new PrunusInputException(file.Path, $"ends within image {i} of {count}", "get the file again");
            }
        }

        if (starts[count] != file.Bytes.Length)
        {
            throw new PrunusInputException(file.Path, $"has {file.Bytes.Length - starts[count]} bytes after its last image", "get the file again");
        }

        try
        {
            Parallel.For(0, count, i =>
            {
                byte[] jpeg = [.. file.Bytes.AsSpan(Start, header), .. file.Bytes.AsSpan(starts[i]..starts[i + 1]), .. EndOfImage];
                Pixels.Planar(Pixels.Decode(jpeg, shape.Height, shape.Width, $"{file.Path} (image {i})").Data, images.AsSpan(i * shape.Bytes, shape.Bytes));
            });
        }
        catch (AggregateException cause) when (cause.InnerExceptions.OfType<PrunusInputException>().FirstOrDefault() is { } first)
        {
            throw new PrunusInputException(first.Subject, first.Problem, first.Remedy, cause);
        }

        return new ImageSet(split, shape, images, labels, classNames, file.Path);
    }

    private static (int Count, int Header) Sizes(ImageFileContent file)
    {
        if (!file.Bytes.AsSpan().StartsWith("CJPK0001"u8) || file.Bytes.Length < Start)
        {
            throw new PrunusInputException(file.Path, "is no CJPK0001 file", "check that it is the right file");
        }

        var count = BinaryPrimitives.ReadUInt32LittleEndian(file.Bytes.AsSpan(8));
        var header = BinaryPrimitives.ReadUInt32LittleEndian(file.Bytes.AsSpan(12));
        return count > 0 && (long)header + (long)count * IndexEntry + Start <= file.Bytes.Length && (long)count * CifarBatches.Shape.Bytes <= Array.MaxLength
            ? ((int)count, (int)header)
            : throw new PrunusInputException(file.Path, $"says {count} images and a header of {header} bytes, and has {file.Bytes.Length} bytes", "get the file again");
    }
}
