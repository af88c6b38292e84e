namespace Prunus.Datasets.Images;

/// <summary>Images of one set in the size and with the channels of another's, so that one net takes both.</summary>
public static class ImageFitting
{
    /// <summary>
    /// Channels: grey is repeated; of several the mean becomes grey. Height and width, each by itself: shrunk by the whole factor nearest to the quotient (means of blocks,
    /// halves rounded up), then padded with black around the middle, or cut to the middle.
    /// </summary>
    /// <param name="set">The images; they are not changed.</param>
    /// <param name="shape">What is wanted.</param>
    /// <param name="subject">What errors name.</param>
    /// <returns>The same images and labels in that shape; <paramref name="set"/> itself where it has it.</returns>
    /// <exception cref="PrunusInputException">The channels are neither equal nor 1 on one side, or a side cannot be parted into blocks.</exception>
    public static ImageSet To(ImageSet set, ImageShape shape, string subject)
    {
        if (set.Shape == shape)
        {
            return set;
        }

        if (set.Shape.Channels != shape.Channels && set.Shape.Channels != 1 && shape.Channels != 1)
        {
            throw new PrunusInputException(subject, $"has {set.Shape.Channels} channels, and {shape.Channels} are wanted", "write as many, or 1");
        }

        var (rows, columns) = (Side.Of(set.Shape.Height, shape.Height, subject), Side.Of(set.Shape.Width, shape.Width, subject));
        var images = new byte[checked(set.Count * shape.Bytes)];
        Parallel.For(0, set.Count, i => Fit(set.Image(i), set.Shape, images.AsSpan(i * shape.Bytes, shape.Bytes), shape, rows, columns));
        return new ImageSet(set.Split, shape, images, set.Labels.ToArray(), set.ClassNames, subject);
    }

    private static void Fit(ReadOnlySpan<byte> from, ImageShape was, Span<byte> to, ImageShape shape, Side rows, Side columns)
    {
        // A grey pixel out of several channels is a mean over them too.
        var mixed = shape.Channels == 1 ? was.Channels : 1;
        var count = mixed * rows.Factor * columns.Factor;
        for (var p = 0; p < to.Length; p++)
        {
            var (channel, y, x) = (p / (shape.Height * shape.Width), rows.First(p / shape.Width % shape.Height), columns.First(p % shape.Width));
            if (y is not { } top || x is not { } left)
            {
                continue;
            }

            var sum = 0;
            for (var k = 0; k < count; k++)
            {
                var c = was.Channels == 1 ? 0 : channel + (k / (rows.Factor * columns.Factor));
                sum += from[(((c * was.Height) + top + (k / columns.Factor % rows.Factor)) * was.Width) + left + (k % columns.Factor)];
            }

            to[p] = (byte)(((2 * sum) + count) / (2 * count));
        }
    }

    /// <summary>How a side of an image becomes another's.</summary>
    /// <param name="Factor">Pixels that become one.</param>
    /// <param name="Blocks">How many there are then.</param>
    /// <param name="Offset">Of the first wanted pixel among them; below 0 where black comes first.</param>
    private readonly record struct Side(int Factor, int Blocks, int Offset)
    {
        public static Side Of(int length, int wanted, string subject)
        {
            var factor = Math.Max(1, (int)Math.Round((double)length / wanted, MidpointRounding.AwayFromZero));
            var blocks = length / factor;
            return length % factor == 0 ? new(factor, blocks, (int)Math.Floor((blocks - wanted) / 2.0))
                : throw new PrunusInputException(subject, $"has sides of {length} pixels, which blocks of {factor} do not part", $"ask for {length / (factor - 1)} or another size");
        }

        // The first pixel of the block that an index shows; null for black.
        public int? First(int index) => index + Offset is >= 0 and var block && block < Blocks ? block * Factor : null;
    }
}
