namespace Prunus.Native.Cuda;

/// <summary>
/// Work on a stream that was recorded once and is launched as a whole: a hundred steps of twenty kernels cost the host one call. Through the driver, whose streams are the
/// runtime's, so it doesn't matter where libtorch keeps its runtime.
/// </summary>
internal sealed unsafe class CudaGraph : IDisposable
{
    // Calls of other threads (a collector that frees tensors, say) don't break the recording; in the second, nor does taking device memory.
    private const int ThreadLocal = 1, Relaxed = 2;

    private readonly int _device;
    private nint _executable;

    private CudaGraph(nint executable, int device) => (_executable, _device) = (executable, device);

    /// <summary>Records what an action queues on this thread's current stream, having waited for what is there; nothing of it runs yet.</summary>
    /// <param name="device">Index of the device. Its current stream must not be the default one: see <see cref="SideStream"/>.</param>
    /// <param name="work">Must have run once before on this thread and stream (libraries set themselves up at first use), and doesn't wait. No other thread may use the stream or wait for the whole device meanwhile.</param>
    /// <param name="allocates">Whether it may take device memory. What it frees again the graph still uses: nothing else may work on the stream as long as the graph lives.</param>
    /// <exception cref="PrunusRunException">The driver refuses.</exception>
    public static CudaGraph Capture(int device, Action work, bool allocates = false)
    {
        CudaStream.Wait(device, CudaStream.CurrentStream(device));
        using var context = new CudaContext(device);
        var stream = CudaStream.Current(device);
        nint graph = 0, executable = 0;
        CudaModule.Check(((delegate* unmanaged<nint, int, int>)CudaModule.Call("cuStreamBeginCapture_v2"))(stream, allocates ? Relaxed : ThreadLocal));
        var end = (delegate* unmanaged<nint, nint*, int>)CudaModule.Call("cuStreamEndCapture");
        try
        {
            work();
        }
        catch
        {
            _ = end(stream, &graph);
            Destroy("cuGraphDestroy", graph);
            throw;
        }

        CudaModule.Check(end(stream, &graph));
        try
        {
            CudaModule.Check(((delegate* unmanaged<nint*, nint, ulong, int>)CudaModule.Call("cuGraphInstantiateWithFlags"))(&executable, graph, 0));
        }
        finally
        {
            Destroy("cuGraphDestroy", graph);
        }

        return new(executable, device);
    }

    /// <summary>Queues the work on the current stream; returns without waiting.</summary>
    public void Launch()
    {
        ObjectDisposedException.ThrowIf(_executable == 0, this);
        using var context = new CudaContext(_device);
        CudaModule.Check(((delegate* unmanaged<nint, nint, int>)CudaModule.Call("cuGraphLaunch"))(_executable, CudaStream.Current(_device)));
    }

    public void Dispose()
    {
        Destroy("cuGraphExecDestroy", _executable);
        _executable = 0;
    }

    private static void Destroy(string function, nint handle)
    {
        if (handle != 0)
        {
            _ = ((delegate* unmanaged<nint, int>)CudaModule.Call(function))(handle);
        }
    }
}
