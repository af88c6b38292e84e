namespace Prunus.Datasets.Images;

/// <summary>On which scale nets see pixels.</summary>
public enum PixelScale
{
    /// <summary>Mean 0 and deviation 1 for every channel over the training images.</summary>
    Normalised,

    /// <summary>Byte / 255: 0 to 1, as the programs that Frankle and Carbin (arXiv 1803.03635, MNIST) and Zhou et al. (arXiv 1905.01067) published have them.</summary>
    Unit,

    /// <summary>Bytes as they are: 0 to 255.</summary>
    Bytes,
}
