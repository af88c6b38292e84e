using System.Collections.Concurrent;

namespace Prunus.Native.Cuda;

/// <summary>
/// Makes the context that libtorch uses on a device this thread's current one until disposed: the driver takes the default stream, whose handle is 0, to be that of the current
/// context, and a thread that works on a second GPU has the first one's, one that has done no CUDA work yet none.
/// </summary>
internal readonly unsafe ref struct CudaContext
{
    private static readonly ConcurrentDictionary<int, nint> Primary = new();
    private readonly nint _before, _now;

    /// <param name="device">Index of the device.</param>
    /// <exception cref="PrunusRunException">The driver refuses.</exception>
    public CudaContext(int device)
    {
        nint before;
        CudaModule.Check(((delegate* unmanaged<nint*, int>)CudaModule.Call("cuCtxGetCurrent"))(&before));
        (_before, _now) = (before, Primary.GetOrAdd(device, Retain));
        Set(_before, _now);
    }

    public void Dispose()
    {
        if (_before != 0)
        {
            Set(_now, _before);
        }
    }

    private static void Set(nint from, nint to)
    {
        if (from != to)
        {
            CudaModule.Check(((delegate* unmanaged<nint, int>)CudaModule.Call("cuCtxSetCurrent"))(to));
        }
    }

    private static nint Retain(int device)
    {
        int handle;
        nint context;
        CudaModule.Check(((delegate* unmanaged<int*, int, int>)CudaModule.Call("cuDeviceGet"))(&handle, device));
        CudaModule.Check(((delegate* unmanaged<nint*, int, int>)CudaModule.Call("cuDevicePrimaryCtxRetain"))(&context, handle));
        return context;
    }
}
