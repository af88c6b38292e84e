namespace Prunus.Tests;

/// <summary>Finds the reference folder (goldens, data, models) that may lie beside the checkout; tests that need it are skipped without it.</summary>
public static class SharedFiles
{
    /// <summary>The folder, or null when it is absent.</summary>
    public static string? Root { get; } = Find();

    /// <summary>Path of a file of the reference folder; skips the running test when the folder is absent.</summary>
    public static string Path(params string[] parts)
    {
        Assert.SkipWhen(Root is null, "the reference folder ../shared is absent");
        return System.IO.Path.Combine([Root!, .. parts]);
    }

    private static string? Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "Prunus.slnx")))
            {
                var shared = System.IO.Path.Combine(folder.Parent!.FullName, "shared");
                return Directory.Exists(System.IO.Path.Combine(shared, "goldens")) ? shared : null;
            }
        }

        return null;
    }
}
