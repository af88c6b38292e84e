using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;

namespace Prunus.Native;

/// <summary>
/// The one gate to native libtorch. Whatever makes a first tensor calls <see cref="Load"/>; what needs no tensor never pays
/// for it. Changes no process-wide setting (see <see cref="ProcessTuning"/>).
/// </summary>
public static class Libtorch
{
    private const string StandardLibrary = "libstdc++.so.6";

    private static readonly Lock Gate = new();
    private static readonly Dictionary<string, nint> Handles = new(StringComparer.Ordinal);
    private static volatile LibtorchLoad? _loaded;

    /// <summary>What was loaded, or null as long as nothing was.</summary>
    public static LibtorchLoad? Loaded => _loaded;

    /// <summary>Loads libtorch once; later calls return at once. Safe from any thread.</summary>
    /// <exception cref="PrunusInputException">PRUNUS_LIBTORCH names a folder without libtorch.</exception>
    /// <exception cref="PrunusRunException">There is no libtorch, or it doesn't load on this machine.</exception>
    public static LibtorchLoad Load()
    {
        if (_loaded is { } done)
        {
            return done;
        }

        lock (Gate)
        {
            return _loaded ??= LoadOnce();
        }
    }

    /// <summary>Address of an exported function.</summary>
    /// <param name="library">File name, such as libtorch_cpu.so, or <c>wrapper</c> for TorchSharp's.</param>
    /// <param name="symbol">Mangled name.</param>
    internal static nint Symbol(string library, string symbol)
    {
        Load();
        return NativeLibrary.TryGetExport(Handles[library], symbol, out var address)
            ? address
            : throw new PrunusRunException("libtorch", $"{library} in {_loaded!.Location.Folder} lacks {symbol}", "use PyTorch 2.10 or 2.11");
    }

    private static LibtorchLoad LoadOnce()
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64)
        {
            throw new PrunusRunException("libtorch", $"no build for {RuntimeInformation.RuntimeIdentifier} yet", "run on 64-bit x86 Linux");
        }

        var location = LibtorchLocation.Find()
            ?? throw new PrunusRunException("libtorch", "not found", $"run 'dotnet restore' in the source folder, or name an installed PyTorch: {LibtorchLocation.PointAtPyTorch}");
        var wrapper = LibtorchLocation.FindWrapper()
            ?? throw new PrunusRunException("libtorch", "libLibTorchSharp.so isn't beside the program", "build or install prunus anew");

        // In the order of their needs: each name is then known to the linker when the next one asks for it.
        foreach (var file in new[] { "libc10.so", LibtorchLocation.CpuLibrary, "libc10_cuda.so", "libtorch_cuda.so", "libtorch.so" })
        {
            var path = Path.Combine(location.Folder, file);
            if (File.Exists(path))
            {
                Handles[file] = DynamicLinker.Open(path, shareSymbols: true, out var error) is not 0 and var handle
                    ? handle
                    : throw new PrunusRunException(path, $"doesn't load: {error}", $"unset {LibtorchLocation.Variable} and LD_LIBRARY_PATH, or install that libtorch anew");
            }
        }

        ReadLogLevel();
        Handles["wrapper"] = LoadWrapper(wrapper, out var weakened);
        StartTorchSharp();
        return new(location, wrapper, weakened);
    }

    // Python's torch does this at its start; without it TORCH_CPP_LOG_LEVEL is never read. Where it is gone, warnings stay.
    private static unsafe void ReadLogLevel()
    {
        if (NativeLibrary.TryGetExport(Handles["libc10.so"], "_ZN3c1011initLoggingEv", out var address))
        {
            ((delegate* unmanaged<void>)address)();
        }
    }

    private static nint LoadWrapper(string path, out IReadOnlyList<string> weakened)
    {
        weakened = [];
        if (DynamicLinker.Open(path, shareSymbols: true, out var error) is not 0 and var handle)
        {
            return handle;
        }

        var image = File.ReadAllBytes(path);
        var installed = StandardLibraryFile() is { } file ? new ElfVersions(File.ReadAllBytes(file)).Defined() : new HashSet<string>();
        (weakened, var required) = new ElfVersions(image).WeakenMissing(StandardLibrary, installed);
        if (required.Count > 0 || weakened.Count == 0)
        {
            throw new PrunusRunException(path, $"doesn't load: {error}", "use a newer Linux (glibc 2.34 and libstdc++ of GCC 12 or newer) or PyTorch 2.10");
        }

        handle = DynamicLinker.OpenImage("libLibTorchSharp.so", image, out error);
        return handle != 0 ? handle : throw new PrunusRunException(path, $"doesn't load from memory: {error}", "run 'prunus doctor'");
    }

    /// <summary>TorchSharp's own search finds what is loaded by name; it must never come to its fallback, which copies 478 MB.</summary>
    private static void StartTorchSharp()
    {
        try
        {
            RuntimeHelpers.RunClassConstructor(typeof(torch).TypeHandle);
        }
        catch (TypeInitializationException e)
        {
            throw new PrunusRunException("libtorch", $"TorchSharp doesn't start: {(e.InnerException ?? e).Message.ReplaceLineEndings(" ")}", "run 'prunus doctor'", e);
        }
    }

    /// <summary>The libstdc++ that this process uses: the .NET host itself brings it in.</summary>
    internal static string? StandardLibraryFile() =>
        File.ReadLines("/proc/self/maps")
            .Where(line => line.Contains('/', StringComparison.Ordinal))
            .Select(line => line[line.IndexOf('/', StringComparison.Ordinal)..])
            .FirstOrDefault(path => Path.GetFileName(path).StartsWith(StandardLibrary, StringComparison.Ordinal));
}

/// <summary>What <see cref="Libtorch.Load"/> did.</summary>
/// <param name="Location">Where libtorch came from.</param>
/// <param name="Wrapper">TorchSharp's native library.</param>
/// <param name="Weakened">Version needs of the wrapper that were marked weak in memory so that it loads here; mostly empty.</param>
public sealed record LibtorchLoad(LibtorchLocation Location, string Wrapper, IReadOnlyList<string> Weakened);
