using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Prunus.Native;

/// <summary>A CUDA device as its driver tells of it.</summary>
/// <param name="Name">Such as NVIDIA H100 80GB HBM3.</param>
/// <param name="Bytes">Memory.</param>
/// <param name="Capability">Compute capability, such as 9.0.</param>
public sealed record CudaDevice(string Name, long Bytes, string Capability);

/// <summary>NVIDIA's driver, asked without libtorch.</summary>
public static unsafe class CudaDriver
{
    private const int CapabilityMajor = 75, CapabilityMinor = 76;

    /// <summary>CUDA version that the driver supports, such as 13.0; null without a driver.</summary>
    public static string? Version
    {
        get
        {
            int version;
            return Call("cuDriverGetVersion") is not 0 and var get && ((delegate* unmanaged<int*, int>)get)(&version) == 0
                ? string.Create(CultureInfo.InvariantCulture, $"{version / 1000}.{version % 1000 / 10}")
                : null;
        }
    }

    /// <summary>Devices that the driver sees; none without a driver.</summary>
    public static IReadOnlyList<CudaDevice> Devices()
    {
        int count;
        if (Call("cuInit") is not (not 0 and var start)
            || ((delegate* unmanaged<uint, int>)start)(0) != 0
            || ((delegate* unmanaged<int*, int>)Call("cuDeviceGetCount"))(&count) != 0)
        {
            return [];
        }

        return [.. Enumerable.Range(0, count).Select(Describe)];
    }

    private static CudaDevice Describe(int index)
    {
        int device, major, minor;
        nuint bytes;
        var name = stackalloc byte[256];
        var attribute = (delegate* unmanaged<int*, int, int, int>)Call("cuDeviceGetAttribute");
        _ = ((delegate* unmanaged<int*, int, int>)Call("cuDeviceGet"))(&device, index);
        _ = ((delegate* unmanaged<byte*, int, int, int>)Call("cuDeviceGetName"))(name, 256, device);
        _ = ((delegate* unmanaged<nuint*, int, int>)Call("cuDeviceTotalMem_v2"))(&bytes, device);
        _ = attribute(&major, CapabilityMajor, device);
        _ = attribute(&minor, CapabilityMinor, device);
        return new(
            Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(name)),
            (long)bytes,
            string.Create(CultureInfo.InvariantCulture, $"{major}.{minor}"));
    }

    internal static nint Call(string function) =>
        NativeLibrary.TryLoad("libcuda.so.1", out var driver) && NativeLibrary.TryGetExport(driver, function, out var address) ? address : 0;
}
