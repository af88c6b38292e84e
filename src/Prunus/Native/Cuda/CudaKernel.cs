namespace Prunus.Native.Cuda;

/// <summary>A kernel that can be launched on the stream that libtorch works on.</summary>
internal readonly unsafe struct CudaKernel(nint function, int device)
{
    private static readonly nint LaunchAddress = CudaModule.Call("cuLaunchKernel");

    /// <summary>Launches; returns without waiting.</summary>
    /// <param name="blocks">Blocks in the grid.</param>
    /// <param name="threads">Threads in a block.</param>
    /// <param name="arguments">Arguments in order, each in the low bytes of its slot: see <see cref="Slot(nint)"/> and its kin.</param>
    /// <exception cref="PrunusRunException">The driver refuses.</exception>
    public void Launch(uint blocks, uint threads, ReadOnlySpan<ulong> arguments)
    {
        using var context = new CudaContext(device);
        var stream = CudaStream.Current(device);
        var pointers = stackalloc nint[arguments.Length];
        fixed (ulong* slots = arguments)
        {
            for (var i = 0; i < arguments.Length; i++)
            {
                pointers[i] = (nint)(slots + i);
            }

            CudaModule.Check(((delegate* unmanaged<nint, uint, uint, uint, uint, uint, uint, uint, nint, nint*, nint, int>)LaunchAddress)(
                function, blocks, 1, 1, threads, 1, 1, 0, stream, pointers, 0));
        }
    }

    public static ulong Slot(nint address) => (ulong)address;

    public static ulong Slot(int value) => (uint)value;

    public static ulong Slot(float value) => BitConverter.SingleToUInt32Bits(value);
}
