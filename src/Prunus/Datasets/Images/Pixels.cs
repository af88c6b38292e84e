using StbImageSharp;

namespace Prunus.Datasets.Images;

/// <summary>Compressed pictures to pixels.</summary>
internal static class Pixels
{
    /// <summary>Decodes a JPEG or PNG of a size known beforehand.</summary>
    /// <returns>Its data are [H,W,3], red, green, blue.</returns>
    /// <exception cref="PrunusInputException">It has another size or cannot be decoded.</exception>
    public static ImageResult Decode(byte[] picture, int height, int width, string subject)
    {
        try
        {
            using var stream = new MemoryStream(picture, writable: false);

            // The size first: a decoder allocates what a header asks for.
            if (ImageInfo.FromStream(stream) is not { } info || info.Width != width || info.Height != height)
            {
                throw new PrunusInputException(subject, $"is no picture of {width} × {height} pixels", "get the file again");
            }

            return ImageResult.FromMemory(picture, ColorComponents.RedGreenBlue);
        }
        catch (Exception cause) when (cause is not PrunusInputException and not OutOfMemoryException)
        {
            throw new PrunusInputException(subject, "cannot be decoded (" + cause.Message + ")", "get the file again", cause);
        }
    }

    /// <summary>[H·W,3] to [3,H·W].</summary>
    public static void Planar(ReadOnlySpan<byte> interleaved, Span<byte> planar)
    {
        var size = planar.Length / 3;
        for (var i = 0; i < size; i++)
        {
            planar[i] = interleaved[3 * i];
            planar[size + i] = interleaved[3 * i + 1];
            planar[2 * size + i] = interleaved[3 * i + 2];
        }
    }
}
