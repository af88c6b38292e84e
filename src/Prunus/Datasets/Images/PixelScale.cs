namespace Prunus.Datasets.Images;

/// <summary>On which scale nets see pixels.</summary>
public enum PixelScale
{
    /// <summary>Mean 0 and deviation 1 for every channel over the training images.</summary>
    Normalised,

    /// <summary>Byte / 255: 0 to 1.</summary>
    Unit,

    /// <summary>Bytes as they are: 0 to 255.</summary>
    Bytes,
}
