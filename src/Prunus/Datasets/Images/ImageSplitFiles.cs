namespace Prunus.Datasets.Images;

/// <summary>What a split is read from.</summary>
/// <param name="Split">Which part of the data set.</param>
/// <param name="Count">Number of images it must have.</param>
/// <param name="Files">Its files in the order its reader takes them; none for a set that is made by seed.</param>
public sealed record ImageSplitFiles(ImageSplit Split, int Count, params IReadOnlyList<ImageSetFile> Files);
