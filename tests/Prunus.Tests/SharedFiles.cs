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
        var shared = System.IO.Path.Combine(System.IO.Path.GetDirectoryName(Checkout.Root)!, "shared");
        return Directory.Exists(System.IO.Path.Combine(shared, "goldens")) ? shared : null;
    }
}
