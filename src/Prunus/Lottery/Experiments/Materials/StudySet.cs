using System.Globalization;
using System.Text.RegularExpressions;
using Prunus.Datasets.Images;
using Prunus.Vision;

namespace Prunus.Lottery.Experiments.Materials;

/// <summary>A set of images as an experiment names it: <c>ID</c>, <c>ID/a</c> or <c>ID/b</c> (one of two disjoint halves of its training images; Morcos et al. 2019,
/// arXiv 1906.02773), each with <c>@CxHxW</c> behind it where it is to have another size (<see cref="ImageFitting"/>): <c>mnist@3x32x32</c>.</summary>
/// <param name="Name">As written.</param>
/// <param name="Source">The set.</param>
/// <param name="Half"><c>a</c> or <c>b</c>; null for all of it.</param>
/// <param name="Shape">The size it shall have; null for its own.</param>
public sealed partial record StudySet(string Name, ImageSetSource Source, string? Half, ImageShape? Shape)
{
    private const int LargestSide = 512, MostChannels = 16;

    /// <exception cref="PrunusInputException">There is no such set, or it is written otherwise.</exception>
    public static StudySet Parse(string name)
    {
        if (Form().Match(name) is not { Success: true } match)
        {
            throw new PrunusInputException(name, "is no set of images", "write a set's id, then /a or /b for a half of it, then @3x32x32 for another size");
        }

        ImageShape? shape = match.Groups["shape"].Success ? new(Number("c"), Number("h"), Number("w")) : null;
        return shape is { } s && (s.Channels is < 1 or > MostChannels || s.Height is < 1 or > LargestSide || s.Width is < 1 or > LargestSide)
            ? throw new PrunusInputException(name, $"is out of range: {MostChannels} channels and sides of {LargestSide} pixels at most", "write a size such as @3x32x32")
            : new StudySet(name, ImageSets.Named(match.Groups["id"].Value), match.Groups["half"].Success ? match.Groups["half"].Value : null, shape);

        int Number(string group) => int.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);
    }

    /// <summary>What a net for these images is: a net's name means one of this size and of so many classes.</summary>
    /// <param name="net">A net of <see cref="VisionNets"/>.</param>
    /// <exception cref="PrunusInputException">The net is not known, or the images are too small for it.</exception>
    public VisionConfig Config(string net) => VisionNets.Named(net, new(Size.Channels, Size.Height, Size.Width), Source.ClassNames.Count);

    private ImageShape Size => Shape ?? Source.Shape;

    /// <summary>Images of the source in the size that they shall have.</summary>
    /// <exception cref="PrunusInputException">They cannot have it.</exception>
    public ImageSet Fitted(ImageSet images) => Shape is { } shape ? ImageFitting.To(images, shape, Name) : images;

    [GeneratedRegex("^(?<id>[^/@]+)(/(?<half>[ab]))?(@(?<shape>(?<c>[0-9]{1,4})x(?<h>[0-9]{1,4})x(?<w>[0-9]{1,4})))?$", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
