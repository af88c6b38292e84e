namespace Prunus.Tests;

/// <summary>Files of the repository that the tests were built from.</summary>
public static class Checkout
{
    /// <summary>Its folder.</summary>
    public static string Root { get; } = Find();

    /// <summary>Path of a file in it.</summary>
    public static string Path(params string[] parts) => System.IO.Path.Combine([Root, .. parts]);

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(System.IO.Path.Combine(folder.FullName, "Prunus.slnx")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("the tests lie in no checkout of Prunus");
        }

        return folder.FullName;
    }
}
