namespace Prunus.Batches;

/// <summary>How training images are varied: padded with black and cut back at a random place, mirrored at random. The defaults are those of He et al. 2016 (section 4.2).</summary>
public sealed record AugmentationOptions
{
    /// <summary>Pixels of black added on every side before cutting back; 0 = no cutting.</summary>
    public int Padding { get; init; } = 4;

    /// <summary>Whether every second image, at random, is mirrored left to right.</summary>
    public bool Flip { get; init; } = true;

    /// <exception cref="PrunusInputException">The padding is negative or above 64.</exception>
    public void Validate()
    {
        if (Padding is < 0 or > 64)
        {
            throw new PrunusInputException("padding", $"{Padding} is out of range", "use 0 to 64");
        }
    }
}
