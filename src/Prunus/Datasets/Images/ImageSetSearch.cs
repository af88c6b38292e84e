namespace Prunus.Datasets.Images;

/// <summary>Where the files of sets are looked for.</summary>
/// <param name="Root">Folder that holds a set's files or one folder a set.</param>
public sealed record ImageSetSearch(string Root)
{
    /// <summary>Names the folder of the data sets.</summary>
    public const string Variable = "PRUNUS_DATA";

    /// <summary>The folder of <c>--data</c>, else that of PRUNUS_DATA, else ./data.</summary>
    public static ImageSetSearch From(string? data) =>
        new(data ?? (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named ? named : "data"));

    /// <summary>The folder that has all files of a set: ROOT/ID or another usual name, ROOT itself, then the set's system folders; null when there is none.</summary>
    public string? Find(ImageSetSource source) => Folders(source).FirstOrDefault(folder => source.Splits.All(split => split.Files.All(file => file.In(folder) is not null)));

    /// <summary>A folder that has some files of a set and lacks others, and their names; null when there is none.</summary>
    public (string Folder, IReadOnlyList<string> Missing)? Partial(ImageSetSource source)
    {
        foreach (var folder in Folders(source))
        {
            var files = source.Splits.SelectMany(split => split.Files).ToLookup(file => file.In(folder) is not null, file => file.Name);
            if (files[true].Any() && files[false].Any())
            {
                return (folder, [.. files[false].Distinct()]);
            }
        }

        return null;
    }

    private IEnumerable<string> Folders(ImageSetSource source)
    {
        foreach (var name in source.Folders)
        {
            yield return Path.Combine(Root, name);
        }

        // MNIST and Fashion-MNIST name their files alike: a folder called after one set is not searched for another.
        var own = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(Root)));
        if (source.Folders.Contains(own) || (source.Folders.Count > 0 && !ImageSets.All.Any(other => other.Folders.Contains(own))))
        {
            yield return Root;
        }

        foreach (var folder in source.SystemFolders)
        {
            yield return folder;
        }
    }
}
