namespace Prunus.Datasets.Images;

/// <summary>Size of an image in pixels.</summary>
/// <param name="Channels">C: 1 grey, 3 red, green, blue.</param>
/// <param name="Height">H, rows.</param>
/// <param name="Width">W, columns.</param>
public readonly record struct ImageShape(int Channels, int Height, int Width)
{
    /// <summary>Bytes of one image, C·H·W.</summary>
    public int Bytes => checked(Channels * Height * Width);

    public override string ToString() => $"{Channels}×{Height}×{Width}";
}
