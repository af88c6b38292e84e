namespace Prunus.Datasets.Images;

/// <summary>Which part of a data set: what is trained on, or what is measured on.</summary>
public enum ImageSplit
{
    Train,
    Test,
}
