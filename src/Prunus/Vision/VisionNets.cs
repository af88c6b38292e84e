using System.Globalization;

namespace Prunus.Vision;

/// <summary>A kind of net.</summary>
/// <param name="Id">As users write it; a kind with widths is written <c>id:64-32</c>.</param>
/// <param name="Title">One line for people.</param>
/// <param name="Paper">Where it comes from.</param>
/// <param name="Input">Images it is meant for.</param>
/// <param name="Create">The net's steps for images of a size, a number of classes and, where the kind takes them, widths of the hidden layers.</param>
/// <param name="TakesWidths">Whether widths have to be given.</param>
/// <param name="Width">Units of the first layer, where all widths can be changed in proportion to it (<c>vgg-19:16</c>: a quarter of each); null where they are what they are.</param>
public sealed record VisionNetKind(
    string Id, string Title, string Paper, MapShape Input, Func<int, IReadOnlyList<int>, IReadOnlyList<VisionStep>> Create, bool TakesWidths = false, int? Width = null);

/// <summary>All kinds of nets.</summary>
public static class VisionNets
{
    private const string Frankle = "Frankle and Carbin 2019, arXiv 1803.03635", Hidden = "Ramanujan et al. 2020, arXiv 1911.13299", He = "He et al. 2016, arXiv 1512.03385, 4.2";
    private const int LargestWidth = 1 << 14, LargestSide = 1 << 12;

    public static IReadOnlyList<VisionNetKind> All { get; } =
    [
        new("mlp", "linear layers of any widths (mlp:64-32), ReLU", "none", MapShape.Mnist, PlainNets.Mlp, TakesWidths: true),
        new("lenet-300-100", "linear 300, 100, ReLU", Frankle, MapShape.Mnist, (classes, _) => PlainNets.Mlp(classes, [300, 100])),
        new("lenet-5", "5x5 convolutions 6, 16 with max-pool, linear 120, 84, ReLU", "LeCun et al. 1998, Proc. IEEE 86(11), as in da Cunha et al. 2022",
            MapShape.Mnist, (classes, _) => PlainNets.LeNet5(classes)),
        new("conv-2", "3x3 convolutions 64, 64, max-pool, linear 256, 256", Frankle, MapShape.Cifar, (classes, width) => PlainNets.Conv(classes, width[0], pairs: 1), Width: 64),
        new("conv-4", "conv-2 with 128, 128, max-pool", Frankle, MapShape.Cifar, (classes, width) => PlainNets.Conv(classes, width[0], pairs: 2), Width: 64),
        new("conv-6", "conv-4 with 256, 256, max-pool", Frankle, MapShape.Cifar, (classes, width) => PlainNets.Conv(classes, width[0], pairs: 3), Width: 64),
        new("conv-8", "conv-6 with 512, 512, max-pool", Hidden, MapShape.Cifar, (classes, width) => PlainNets.Conv(classes, width[0], pairs: 4), Width: 64),
        new("vgg-19", "16 3x3 convolutions with batch norm, max-pools, mean over the map, one linear layer", $"Simonyan and Zisserman 2015, arXiv 1409.1556, as in {Frankle}",
            MapShape.Cifar, (classes, width) => PlainNets.Vgg19(classes, width[0]), Width: 64),
        new("resnet-20", "9 residual blocks of 16, 32, 64 channels, shortcuts without weights", He, MapShape.Cifar, (classes, width) => ResidualNets.Cifar(classes, 3, width[0]), Width: 16),
        new("resnet-32", "15 residual blocks", He, MapShape.Cifar, (classes, width) => ResidualNets.Cifar(classes, 5, width[0]), Width: 16),
        new("resnet-56", "27 residual blocks", He, MapShape.Cifar, (classes, width) => ResidualNets.Cifar(classes, 9, width[0]), Width: 16),
    ];

    /// <summary>The net of a name: <c>conv-4</c>, <c>mlp:64-32</c>, <c>resnet-20:8</c>.</summary>
    /// <param name="name">An id of <see cref="All"/>, with widths where the kind takes them, or with the first layer's where all follow it.</param>
    /// <param name="input">Size of the images; those of the kind by default.</param>
    /// <param name="classes">Number of logits, 10 by default.</param>
    /// <exception cref="PrunusInputException">There is no such net, the widths are not fit, or the images are too small.</exception>
    public static VisionConfig Named(string name, MapShape? input = null, int classes = 10)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        var colon = name.IndexOf(':', StringComparison.Ordinal);
        var id = colon < 0 ? name : name[..colon];
        var kind = All.FirstOrDefault(k => k.Id == id)
            ?? throw new PrunusInputException("net", $"'{name}' is not known", $"use one of {string.Join(", ", All.Select(k => k.Id))}");
        if (kind.TakesWidths != colon >= 0 && kind.Width is null)
        {
            throw new PrunusInputException("net", kind.TakesWidths ? $"'{name}' lacks widths" : $"'{id}' takes no widths", kind.TakesWidths ? $"write {id}:64-32" : $"write {id}");
        }

        int[] widths = colon >= 0 ? Widths(name, name[(colon + 1)..]) : kind.Width is { } usual ? [usual] : [];
        if (kind.Width is not null && widths.Length != 1)
        {
            throw new PrunusInputException("net", $"'{name}' is no width of {id}", $"give that of the first layer, which the others follow: {id}:{kind.Width}");
        }

        var config = new VisionConfig(name, input ?? kind.Input, classes, kind.Create(classes, widths));

        // Walking the net refuses images that are too small before anyone allocates for it.
        _ = config.Tensors();
        return config;
    }

    /// <summary>The net of a name with the size of its images and its classes, <c>mlp:64-32:1x16x16:4</c>, as tickets and files of weights note it; null where a text has another form.</summary>
    /// <exception cref="PrunusInputException">As <see cref="Named"/>.</exception>
    public static VisionConfig? Described(string text)
    {
        var parts = text.Split(':');
        if (parts.Length < 3 || !int.TryParse(parts[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var classes) || classes < 1)
        {
            return null;
        }

        var sizes = parts[^2].Split('x').Select(s => int.TryParse(s, NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n is > 0 and <= LargestSide ? n : 0).ToArray();
        return sizes is not [> 0, > 0, > 0] ? null : Named(string.Join(':', parts[..^2]), new MapShape(sizes[0], sizes[1], sizes[2]), classes);
    }

    private static int[] Widths(string name, string text) => [.. text.Split('-').Select(part =>
        int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var width) && width is > 0 and <= LargestWidth
            ? width
            : throw new PrunusInputException("net", $"'{name}': '{part}' is no width from 1 to {LargestWidth}", "write widths as in mlp:64-32"))];
}
