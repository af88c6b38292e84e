namespace Prunus.Vision;

/// <summary>Size of a map: an image, or what a step makes of it.</summary>
/// <param name="Channels">Channels: of an image 1 (grey) or 3 (RGB).</param>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
public readonly record struct MapShape(int Channels, int Height, int Width)
{
    /// <summary>MNIST and Fashion-MNIST.</summary>
    public static MapShape Mnist { get; } = new(1, 28, 28);

    /// <summary>CIFAR-10.</summary>
    public static MapShape Cifar { get; } = new(3, 32, 32);

    /// <summary>Number of values.</summary>
    public int ElementCount => checked(Channels * Height * Width);

    /// <summary><c>3x32x32</c>.</summary>
    public override string ToString() => $"{Channels}x{Height}x{Width}";
}
