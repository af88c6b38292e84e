namespace Prunus.Vision;

/// <summary>Size of one image as a net takes it.</summary>
/// <param name="Channels">1 for grey, 3 for RGB.</param>
/// <param name="Height">Rows of pixels.</param>
/// <param name="Width">Columns of pixels.</param>
public readonly record struct ImageShape(int Channels, int Height, int Width)
{
    /// <summary>MNIST and Fashion-MNIST.</summary>
    public static ImageShape Mnist { get; } = new(1, 28, 28);

    /// <summary>CIFAR-10.</summary>
    public static ImageShape Cifar { get; } = new(3, 32, 32);

    /// <summary>Values of an image, or of a map of that size.</summary>
    public int ElementCount => checked(Channels * Height * Width);

    /// <summary><c>3x32x32</c>.</summary>
    public override string ToString() => $"{Channels}x{Height}x{Width}";
}
