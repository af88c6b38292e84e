namespace Prunus.Datasets.Images;

/// <summary>Mean and population standard deviation of each channel over a set's pixels, on the scale 0 to 1 (byte / 255).</summary>
/// <param name="Mean">[C].</param>
/// <param name="StandardDeviation">[C]; 1 for a channel of one value, so that it may be divided by.</param>
public sealed record ChannelStatistics(IReadOnlyList<double> Mean, IReadOnlyList<double> StandardDeviation)
{
    /// <summary>Those that bring pixels to a scale.</summary>
    /// <param name="scale">The scale.</param>
    /// <param name="channels">C.</param>
    /// <param name="train">The training images, read only where they are measured.</param>
    public static ChannelStatistics For(PixelScale scale, int channels, Func<ImageSet> train) => scale switch
    {
        PixelScale.Unit => Same(channels, 1),
        PixelScale.Bytes => Same(channels, 1.0 / 255),
        _ => Of(train()),
    };

    /// <summary>Measures a set: exact integer sums, one rounding at the end.</summary>
    public static ChannelStatistics Of(ImageSet set)
    {
        var (channels, pixels) = (set.Shape.Channels, set.Shape.Height * set.Shape.Width);
        var (sums, squares) = (new long[channels], new long[channels]);
        for (var plane = 0; plane < set.Count * channels; plane++)
        {
            long sum = 0, square = 0;
            foreach (var value in set.Images.Span.Slice(plane * pixels, pixels))
            {
                sum += value;
                square += value * value;
            }

            sums[plane % channels] += sum;
            squares[plane % channels] += square;
        }

        var count = (double)set.Count * pixels;
        return new(
            [.. sums.Select(sum => sum / count / 255)],
            [.. sums.Zip(squares, (sum, square) => Math.Sqrt(Math.Max(0, square / count - sum / count * (sum / count))) / 255).Select(std => std > 0 ? std : 1)]);
    }

    private static ChannelStatistics Same(int channels, double deviation) => new([.. Enumerable.Repeat(0.0, channels)], [.. Enumerable.Repeat(deviation, channels)]);
}
