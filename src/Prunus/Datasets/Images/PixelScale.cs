namespace Prunus.Datasets.Images;

/// <summary>On which scale nets see pixels.</summary>
public enum PixelScale
{
    /// <summary>Mean 0 and deviation 1 for every channel over the training images.</summary>
    Normalised,

    /// <summary>Byte / 255: 0 to 1, as the program that Frankle and Carbin published has MNIST (arXiv 1803.03635).</summary>
    Unit,

    /// <summary>Bytes as they are: 0 to 255, as the program that Zhou et al. published has CIFAR-10 (arXiv 1905.01067).</summary>
    Bytes,
}
