using TorchSharp;

namespace Prunus.Native.Cuda;

/// <summary>A stream beside the default one, on which nothing can be recorded. While a thread is on it, libtorch queues that thread's work there.</summary>
internal sealed class SideStream(torch.Device device)
{
    private readonly CudaStream.Stream _stream = CudaStream.FromPool(Index(device));

    /// <summary>Makes it this thread's current stream until the result is disposed, on the same thread. Waits for the device both times, so work on either side is done.</summary>
    public IDisposable Enter()
    {
        torch.cuda.synchronize(device);
        var before = CudaStream.CurrentStream(Index(device));
        CudaStream.SetCurrent(_stream);
        return new Stay(device, before);
    }

    private static int Index(torch.Device device) => Math.Max(0, device.index);

    private sealed class Stay(torch.Device device, CudaStream.Stream before) : IDisposable
    {
        public void Dispose()
        {
            torch.cuda.synchronize(device);
            CudaStream.SetCurrent(before);
        }
    }
}
