using System.Runtime.InteropServices;
using System.Text;

namespace Prunus.Native.Cuda;

/// <summary>Machine code on a device, in the context that libtorch uses too. Stays loaded until the process ends.</summary>
internal sealed unsafe class CudaModule
{
    private readonly nint _module;
    private readonly int _device;

    private CudaModule(nint module, int device)
    {
        _module = module;
        _device = device;
    }

    /// <summary>Compiles an embedded source for a device and loads it there.</summary>
    /// <param name="resource">File name of the .cu resource.</param>
    /// <param name="device">Index of the device.</param>
    /// <param name="definitions">Lines put before the source.</param>
    /// <exception cref="PrunusRunException">No compiler, a compile error, or the driver refuses.</exception>
    public static CudaModule Build(string resource, int device, string definitions = "")
    {
        using var stream = typeof(CudaModule).Assembly.GetManifestResourceStream("Prunus." + resource)
            ?? throw new ArgumentException($"no resource {resource}", nameof(resource));
        using var reader = new StreamReader(stream, Encoding.UTF8);
        int handle, major, minor;
        Check(((delegate* unmanaged<uint, int>)Call("cuInit"))(0));
        Check(((delegate* unmanaged<int*, int, int>)Call("cuDeviceGet"))(&handle, device));
        var attribute = (delegate* unmanaged<int*, int, int, int>)Call("cuDeviceGetAttribute");
        Check(attribute(&major, 75, handle));
        Check(attribute(&minor, 76, handle));
        using var context = new CudaContext(device);
        var code = CudaCompiler.Compile(resource, definitions + reader.ReadToEnd(), (major * 10) + minor);
        nint module;
        fixed (byte* start = code)
        {
            Check(((delegate* unmanaged<nint*, byte*, int>)Call("cuModuleLoadData"))(&module, start));
        }

        return new(module, device);
    }

    /// <summary>A kernel of the module.</summary>
    public CudaKernel Kernel(string name)
    {
        nint function;
        var text = Marshal.StringToCoTaskMemUTF8(name);
        var status = ((delegate* unmanaged<nint*, nint, byte*, int>)Call("cuModuleGetFunction"))(&function, _module, (byte*)text);
        Marshal.FreeCoTaskMem(text);
        Check(status);
        return new(function, _device);
    }

    internal static void Check(int status)
    {
        if (status != 0)
        {
            byte* text = null;
            _ = ((delegate* unmanaged<int, byte**, int>)Call("cuGetErrorString"))(status, &text);
            throw new PrunusRunException("CUDA", $"{Marshal.PtrToStringUTF8((nint)text) ?? "error"} ({status})", "see 'prunus doctor'");
        }
    }

    internal static nint Call(string function) => CudaDriver.Call(function) is not 0 and var address
        ? address
        : throw new PrunusRunException("CUDA", $"the driver lacks {function}", "install a newer NVIDIA driver");
}
