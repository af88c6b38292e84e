namespace Prunus.Native;

/// <summary>A folder that holds libtorch_cpu.so, and why it was looked at.</summary>
/// <param name="Folder">The folder.</param>
/// <param name="Source">What named it: <c>PRUNUS_LIBTORCH</c>, <c>LD_LIBRARY_PATH</c>, <c>bundled</c> or <c>package cache</c>.</param>
public sealed record LibtorchLocation(string Folder, string Source)
{
    /// <summary>Variable that names an outside PyTorch's <c>torch/lib</c> folder, for CUDA.</summary>
    public const string Variable = "PRUNUS_LIBTORCH";

    /// <summary>What to type so that an installed PyTorch is used.</summary>
    internal const string PointAtPyTorch =
        $"export {Variable}=\"$(python3 -c 'import torch; print(torch.__path__[0])')/lib\"";

    internal const string CpuLibrary = "libtorch_cpu.so";

    /// <summary>Whether the folder also holds the CUDA part.</summary>
    public bool HasCuda => File.Exists(Path.Combine(Folder, "libtorch_cuda.so"));

    /// <summary>Finds libtorch without loading it; null when there is none.</summary>
    /// <exception cref="PrunusInputException">PRUNUS_LIBTORCH names a folder without libtorch.</exception>
    public static LibtorchLocation? Find()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named)
        {
            // site-packages/torch is as good a guess of the user's as site-packages/torch/lib.
            var folder = new[] { named, Path.Combine(named, "lib") }.FirstOrDefault(Holds)
                ?? throw new PrunusInputException(Variable, $"{named} holds no {CpuLibrary}", "name the torch/lib folder of a PyTorch 2.10 or newer, or unset it");
            return new(Path.GetFullPath(folder), Variable);
        }

        var onPath = (Environment.GetEnvironmentVariable("LD_LIBRARY_PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries);
        if (onPath.FirstOrDefault(Holds) is { } found)
        {
            return new(Path.GetFullPath(found), "LD_LIBRARY_PATH");
        }

        var bundled = Path.Combine(AppContext.BaseDirectory, "libtorch-cpu");
        if (Holds(bundled))
        {
            return new(bundled, "bundled");
        }

        var note = Path.Combine(AppContext.BaseDirectory, "libtorch.path");
        return File.Exists(note) && File.ReadAllText(note).Trim() is var cached && Holds(cached) ? new(cached, "package cache") : null;
    }

    /// <summary>TorchSharp's wrapper, which comes with the program; null when it is missing.</summary>
    internal static string? FindWrapper()
    {
        const string name = "libLibTorchSharp.so";
        var probed = ((string?)AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries);
        return probed
            .Append(AppContext.BaseDirectory)
            .Append(Path.Combine(AppContext.BaseDirectory, "runtimes/linux-x64/native"))
            .Select(folder => Path.Combine(folder, name))
            .FirstOrDefault(File.Exists);
    }

    private static bool Holds(string folder) => folder.Length > 0 && File.Exists(Path.Combine(folder, CpuLibrary));
}
