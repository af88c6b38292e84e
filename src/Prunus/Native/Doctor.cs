using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using TorchSharp;

namespace Prunus.Native;

/// <summary>Looks at the machine and at libtorch: what is there, what is missing, what to type.</summary>
public static unsafe class Doctor
{
    /// <summary>Examines everything; loads libtorch and computes a small product. Never throws for what it finds.</summary>
    public static IReadOnlyList<DoctorFinding> Examine() =>
        [Runtime(), Processor(), Memory(), Disk(), StandardLibraries(), .. Torch(), Cuda()];

    private static DoctorFinding Runtime()
    {
        var text = $"{RuntimeInformation.FrameworkDescription} on {RuntimeInformation.OSDescription} ({RuntimeInformation.ProcessArchitecture})";
        return OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64
            ? new("runtime", FindingState.Ok, text)
            : new("runtime", FindingState.Missing, text, "run on 64-bit x86 Linux: other systems have no tensors here yet");
    }

    private static DoctorFinding Processor()
    {
        var vectors = Avx512F.IsSupported ? "AVX-512" : Avx2.IsSupported ? "AVX2" : "no AVX2";
        var text = $"{Environment.ProcessorCount} cores, {vectors}";
        return !Avx2.IsSupported ? new("processor", FindingState.Warn, text, "expect slow matrix products; any x86 processor of the last ten years has AVX2")
            : OneDnn.FillsChannelsWrongly ? new("processor", FindingState.Warn, $"{text}; the virtual machine hides the caches' sizes, with which oneDNN convolves wrongly",
                "nothing: channels are filled up to a multiple of 16, which costs time where they are none; a host that passes CPUID leaf 8000001D on has no need of it")
            : new("processor", FindingState.Ok, text);
    }

    private static DoctorFinding Memory()
    {
        var bytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        return bytes >= 4L << 30
            ? new("memory", FindingState.Ok, $"{Size(bytes)} for this process")
            : new("memory", FindingState.Warn, $"{Size(bytes)} for this process", "shrinking a 135M model takes about 6 GB: raise the container's limit");
    }

    private static DoctorFinding Disk()
    {
        var folder = Environment.CurrentDirectory;
        try
        {
            var free = new DriveInfo(folder).AvailableFreeSpace;
            var text = $"{Size(free)} free in {folder}";
            return free >= 4L << 30
                ? new("disk", FindingState.Ok, text)
                : new("disk", FindingState.Warn, text, "a run keeps checkpoints: free some space or write elsewhere with --out");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return new("disk", FindingState.Warn, $"free space of {folder} is unknown: {e.Message}");
        }
    }

    private static DoctorFinding StandardLibraries()
    {
        if (!OperatingSystem.IsLinux())
        {
            return new("system-libraries", FindingState.Missing, "no glibc");
        }

        var glibc = DynamicLinker.GlibcVersion;
        var file = Libtorch.StandardLibraryFile();
        var newest = file is null ? null : new ElfVersions(File.ReadAllBytes(file)).Defined()
            .Select(name => name.StartsWith("GLIBCXX_", StringComparison.Ordinal) && Version.TryParse(name.AsSpan(8), out var version) ? version : null)
            .Max();
        var text = $"glibc {glibc}, libstdc++ {(newest is null ? "missing" : $"GLIBCXX_{newest}")}";
        return Version.TryParse(glibc, out var have) && have >= new Version(2, 34) && newest is not null
            ? new("system-libraries", FindingState.Ok, text)
            : new("system-libraries", FindingState.Missing, text, "use Debian 12, Ubuntu 22.04 or anything newer, with the package libstdc++6");
    }

    private static IEnumerable<DoctorFinding> Torch()
    {
        DoctorFinding? failure = null;
        try
        {
            Libtorch.Load();
        }
        catch (PrunusInputException e)
        {
            failure = new("libtorch", FindingState.Missing, $"{e.Subject}: {e.Problem}", e.Remedy);
        }
        catch (PrunusRunException e)
        {
            failure = new("libtorch", FindingState.Missing, $"{e.Subject}: {e.Problem}", e.Remedy);
        }
        catch (BadImageFormatException e)
        {
            failure = new("libtorch", FindingState.Missing, $"a library is damaged: {e.Message}", "install it anew");
        }

        if (failure is not null || Libtorch.Loaded is not { } load)
        {
            return [failure!];
        }

        var version = LibtorchVersion();
        var known = version is { Major: 2, Minor: 10 or 11 };
        return
        [
            new("libtorch", known ? FindingState.Ok : FindingState.Warn, $"{version} from {load.Location.Folder} ({load.Location.Source})",
                known ? null : "made for PyTorch 2.10, tried with 2.11: use one of these if something fails"),
            new("wrapper", FindingState.Ok, load.Weakened.Count == 0
                ? $"TorchSharp's {load.Wrapper} loads as it is"
                : $"TorchSharp's {load.Wrapper} loads, patched in memory (it names {string.Join(", ", load.Weakened)}, which nothing in it uses)"),
            Product(),
        ];
    }

    private static DoctorFinding Product()
    {
        try
        {
            using var ones = torch.ones([64, 64]);
            using var product = ones.matmul(ones);
            using var sum = product.sum();
            return sum.item<float>() == 64 * 64 * 64
                ? new("product", FindingState.Ok, $"a matrix product comes out right on {torch.get_num_threads()} threads")
                : new("product", FindingState.Missing, "a matrix product comes out wrong", "another libtorch in LD_LIBRARY_PATH or LD_PRELOAD? unset them");
        }
        catch (ExternalException e)
        {
            return new("product", FindingState.Missing, $"a matrix product fails: {e.Message.ReplaceLineEndings(" ")}", "unset LD_LIBRARY_PATH, LD_PRELOAD and PRUNUS_LIBTORCH");
        }
    }

    private static DoctorFinding Cuda()
    {
        var devices = CudaDriver.Devices();
        if (devices.Count == 0)
        {
            return CudaDriver.Version is { } version
                ? new("cuda", FindingState.Warn, $"the driver (CUDA {version}) shows no device", "check nvidia-smi and CUDA_VISIBLE_DEVICES")
                : new("cuda", FindingState.Ok, "no NVIDIA driver: the CPU computes");
        }

        var text = $"{string.Join(", ", devices.Select(d => $"{d.Name} ({Size(d.Bytes)}, sm {d.Capability})"))}, driver for CUDA {CudaDriver.Version}";
        return Libtorch.Loaded switch
        {
            null => new("cuda", FindingState.Warn, text + "; libtorch doesn't load", LibtorchLocation.PointAtPyTorch),
            { Location.HasCuda: false } => new("cuda", FindingState.Warn, text + "; but the libtorch in use is for the CPU", LibtorchLocation.PointAtPyTorch),
            _ when Devices.CudaCount == 0 => new("cuda", FindingState.Warn, text + "; but libtorch can't use it", "update the driver, or install a PyTorch built for its CUDA version"),
            _ => new("cuda", FindingState.Ok, text),
        };
    }

    // The ABI version holds the release in its upper bytes: 0x020A0000… is 2.10.0.
    private static Version? LibtorchVersion()
    {
        try
        {
            var abi = ((delegate* unmanaged<ulong>)Libtorch.Symbol(LibtorchLocation.CpuLibrary, "aoti_torch_abi_version"))();
            return new((int)(abi >> 56), (int)(abi >> 48 & 0xff), (int)(abi >> 40 & 0xff));
        }
        catch (PrunusRunException)
        {
            return null;
        }
    }

    private static string Size(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:0.#} GB");
}
