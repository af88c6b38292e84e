namespace Prunus.Datasets.Images;

/// <summary>A data set the tool knows: what it is, where its files lie, how they are read.</summary>
/// <param name="Id">Its name on the command line.</param>
/// <param name="Title">What it holds.</param>
/// <param name="Licence">What it may be used under.</param>
/// <param name="Get">How a user gets it.</param>
/// <param name="Folders">Names its folder may have below the data folder; none when it comes with the tool.</param>
/// <param name="SystemFolders">Full paths that are looked at last.</param>
/// <param name="Shape">Size of its images.</param>
/// <param name="ClassNames">Its classes.</param>
/// <param name="Splits">Its parts.</param>
/// <param name="Read">From files, split and seed to images; files are checked already.</param>
public sealed record ImageSetSource(
    string Id, string Title, string Licence, string Get, IReadOnlyList<string> Folders, IReadOnlyList<string> SystemFolders,
    ImageShape Shape, IReadOnlyList<string> ClassNames, IReadOnlyList<ImageSplitFiles> Splits, Func<IReadOnlyList<ImageFileContent>, ImageSplit, ulong, ImageSet> Read)
{
    /// <summary>Whether it is made by seed rather than read.</summary>
    public bool IsSynthetic => Splits.All(split => split.Files.Count == 0);

    /// <summary>Reads a split; files of known hash and the number of images are checked.</summary>
    /// <param name="split">Which part.</param>
    /// <param name="search">Where to look.</param>
    /// <param name="seed">Of a synthetic set; others don't depend on it.</param>
    /// <exception cref="PrunusInputException">The set has no such part, was not found (the message tells how to get it), or a file is damaged.</exception>
    public ImageSet Load(ImageSplit split, ImageSetSearch search, ulong seed = 0) => Load(Part(split), Folder(search), seed).Set;

    /// <summary>Reads everything and says how many files a known hash confirms.</summary>
    /// <exception cref="PrunusInputException">As <see cref="Load(ImageSplit, ImageSetSearch, ulong)"/>.</exception>
    public IReadOnlyList<ImageSplitCheck> Check(ImageSetSearch search)
    {
        var folder = Folder(search);
        return [.. Splits.Select(part =>
        {
            var (set, confirmed) = Load(part, folder, 0);
            return new ImageSplitCheck(part.Split, set.Count, set.Shape, set.ClassCounts(), confirmed, part.Files.Count);
        })];
    }

    private string Folder(ImageSetSearch search) => search.Find(this)
        ?? throw (search.Partial(this) is { } partial ? new PrunusInputException(partial.Folder, $"lacks {string.Join(", ", partial.Missing)} of {Id}", $"get them: {Get}") : Absent(search));

    private PrunusInputException Absent(ImageSetSearch search) =>
        new(Id, $"is neither in {search.Root} nor elsewhere on this machine", $"{Get}: into {Path.Combine(search.Root, Folders is [var name, ..] ? name : Id)}, or let {ImageSetSearch.Variable} name the folder above it (prunus data {Id} says more)");

    private ImageSplitFiles Part(ImageSplit split) => Splits.FirstOrDefault(part => part.Split == split)
        ?? throw new PrunusInputException(Id, $"has no {split.ToString().ToLowerInvariant()} images", "use another set");

    private (ImageSet Set, int Confirmed) Load(ImageSplitFiles part, string folder, ulong seed)
    {
        var (contents, confirmed) = (new List<ImageFileContent>(), 0);
        foreach (var file in part.Files)
        {
            var content = ImageFileContent.Read(file.In(folder) ?? Path.Combine(folder, file.Name));
            confirmed += file.Verify(content) ? 1 : 0;
            contents.Add(content);
        }

        var set = Read(contents, part.Split, seed);
        return set.Count != part.Count ? throw Other($"holds {set.Count} images, and {Id} has {part.Count}")
            : set.Shape != Shape ? throw Other($"holds images of {Text(set.Shape)}, and those of {Id} are of {Text(Shape)}")
            : part.PerClass is { } each && set.ClassCounts().Any(n => n != each) ? throw Other($"and the files beside it hold {string.Join(", ", set.ClassCounts())} images of the classes, and {Id} has {each} of each")
            : set.Images.Span.IndexOfAnyExcept(set.Images.Span[0]) < 0 ? throw Other($"has {set.Images.Span[0]} in every pixel of every image")
            : (set, confirmed);

        PrunusInputException Other(string problem) => new(contents is [var first, ..] ? first.Path : Id, problem, "check that it is the right file");

        static string Text(ImageShape shape) => $"{shape.Channels}x{shape.Height}x{shape.Width}";
    }
}

/// <summary>What a check of a split found.</summary>
/// <param name="Split">Which part.</param>
/// <param name="Count">Images.</param>
/// <param name="Shape">Size of each.</param>
/// <param name="ClassCounts">Images of each class.</param>
/// <param name="Confirmed">Files whose hash is known and agrees.</param>
/// <param name="Files">Files read.</param>
public sealed record ImageSplitCheck(ImageSplit Split, int Count, ImageShape Shape, IReadOnlyList<int> ClassCounts, int Confirmed, int Files);
