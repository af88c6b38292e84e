using System.Runtime.InteropServices;

namespace Prunus.Native.Cuda;

/// <summary>The CUDA stream that libtorch queues this thread's work on.</summary>
internal static unsafe class CudaStream
{
    private static readonly nint Get = Symbol("_ZN3c104cuda20getCurrentCUDAStreamEa");
    private static readonly nint Handle = Symbol("_ZNK3c104cuda10CUDAStream6streamEv");

    /// <summary>The stream's handle; 0 is the default stream.</summary>
    public static nint Current(int device)
    {
        if (Get == 0 || Handle == 0)
        {
            return 0;
        }

        var stream = ((delegate* unmanaged<sbyte, Stream>)Get)((sbyte)device);
        return ((delegate* unmanaged<Stream*, nint>)Handle)(&stream);
    }

    private static nint Symbol(string name) => DynamicLinker.FindGlobal(name);

    // c10::cuda::CUDAStream: device type and index, then the id; 16 bytes that come back in registers.
    [StructLayout(LayoutKind.Sequential)]
    private struct Stream
    {
        public long Device;
        public long Id;
    }
}
