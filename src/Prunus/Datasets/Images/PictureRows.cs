namespace Prunus.Datasets.Images;

/// <summary>Lossless pictures whose rows are images: row k holds the 1024 pixels of 32×32 image k in raster order; a file of label bytes goes with them.</summary>
public static class PictureRows
{
    private const int ImagesPerPicture = 1000;

    /// <summary>Reads PNGs of 1024 × 1000 pixels, 1000 images each, and one label a row over all of them.</summary>
    /// <exception cref="PrunusInputException">A picture has another size or is damaged, or there are more or fewer labels than rows.</exception>
    public static ImageSet Read(IReadOnlyList<ImageFileContent> pictures, ImageFileContent labels, ImageSplit split, IReadOnlyList<string> classNames)
    {
        var shape = CifarBatches.Shape;
        var pixels = shape.Height * shape.Width;
        var images = new byte[pictures.Count * ImagesPerPicture * shape.Bytes];
        for (var p = 0; p < pictures.Count; p++)
        {
            var rows = Pixels.Decode(pictures[p].Bytes, ImagesPerPicture, pixels, pictures[p].Path).Data;
            for (var row = 0; row < ImagesPerPicture; row++)
            {
                Pixels.Planar(rows.AsSpan(row * pixels * 3, pixels * 3), images.AsSpan((p * ImagesPerPicture + row) * shape.Bytes, shape.Bytes));
            }
        }

        return new ImageSet(split, shape, images, labels.Bytes, classNames, labels.Path);
    }
}
