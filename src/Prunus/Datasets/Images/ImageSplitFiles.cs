namespace Prunus.Datasets.Images;

/// <summary>What a split is read from.</summary>
/// <param name="Split">Which part of the data set.</param>
/// <param name="Count">Number of images it must have.</param>
/// <param name="Files">Its files in the order its reader takes them; none for a set that is made by seed.</param>
public sealed record ImageSplitFiles(ImageSplit Split, int Count, params IReadOnlyList<ImageSetFile> Files)
{
    /// <summary>Images that each class has, where a set has as many of all and no hash tells a damaged file; null to leave it.</summary>
    public int? PerClass { get; init; }
}
