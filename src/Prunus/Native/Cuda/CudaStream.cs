using System.Runtime.InteropServices;
using TorchSharp;

namespace Prunus.Native.Cuda;

/// <summary>The CUDA stream that libtorch queues this thread's work on.</summary>
internal static unsafe class CudaStream
{
    private static readonly nint Get = Symbol("_ZN3c104cuda20getCurrentCUDAStreamEa");
    private static readonly nint Handle = Symbol("_ZNK3c104cuda10CUDAStream6streamEv");
    private static readonly nint Set = Symbol("_ZN3c104cuda20setCurrentCUDAStreamENS0_10CUDAStreamE");
    private static readonly nint Pool = Symbol("_ZN3c104cuda17getStreamFromPoolEba");

    /// <summary>Whether libtorch has the functions that change streams.</summary>
    public static bool AreKnown => Get != 0 && Handle != 0 && Set != 0 && Pool != 0;

    /// <summary>The stream's handle; 0 is the default stream.</summary>
    public static nint Current(int device)
    {
        if (Get == 0 || Handle == 0)
        {
            return 0;
        }

        return HandleOf(CurrentStream(device));
    }

    /// <summary>The stream as libtorch knows it.</summary>
    public static Stream CurrentStream(int device) => ((delegate* unmanaged<sbyte, Stream>)Needed(Get))((sbyte)device);

    /// <summary>Makes a stream this thread's current one.</summary>
    public static void SetCurrent(Stream stream) => ((delegate* unmanaged<Stream, void>)Needed(Set))(stream);

    /// <summary>
    /// Waits for a stream's work. Not for the device's: that fails while any thread records a stream of it, and ends the recording.
    /// </summary>
    public static void Wait(int device, Stream stream) => Wait(device, HandleOf(stream));

    /// <summary>Waits for the work of this thread's current stream, and of no other.</summary>
    public static void WaitForCurrent(int device) => Wait(device, Current(device));

    /// <summary>Index of a CUDA device, the first where it names none.</summary>
    public static int Index(torch.Device device) => Math.Max(0, device.index);

    /// <summary>One of libtorch's own streams beside the default one.</summary>
    public static Stream FromPool(int device) => ((delegate* unmanaged<byte, sbyte, Stream>)Needed(Pool))(0, (sbyte)device);

    private static void Wait(int device, nint handle)
    {
        using var context = new CudaContext(device);
        CudaModule.Check(((delegate* unmanaged<nint, int>)CudaModule.Call("cuStreamSynchronize"))(handle));
    }

    private static nint HandleOf(Stream stream) => ((delegate* unmanaged<Stream*, nint>)Needed(Handle))(&stream);

    private static nint Needed(nint function) => function != 0
        ? function
        : throw new PrunusRunException("libtorch", "its CUDA part lacks the stream functions", "use PyTorch 2.10 or 2.11");

    private static nint Symbol(string name) => DynamicLinker.FindGlobal(name);

    /// <summary>c10::cuda::CUDAStream: device type and index, then the id; 16 bytes that go and come back in registers.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Stream
    {
        public long Device;
        public long Id;
    }
}
