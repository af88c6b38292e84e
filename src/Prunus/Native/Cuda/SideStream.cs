using System.Collections.Concurrent;
using TorchSharp;

namespace Prunus.Native.Cuda;

/// <summary>A stream beside the default one, on which nothing can be recorded. While a thread is on it, libtorch queues that thread's work there.</summary>
internal sealed class SideStream(torch.Device device)
{
    private static readonly ConcurrentDictionary<int, ConcurrentBag<SideStream>> Idle = new();
    private readonly CudaStream.Stream _stream = CudaStream.FromPool(Index(device));

    /// <summary>One that nobody else is on until it is given back.</summary>
    public static SideStream Rent(torch.Device device) => Bag(device).TryTake(out var idle) ? idle : new SideStream(device);

    /// <summary>Gives back what was rented.</summary>
    public void Return() => Bag(device).Add(this);

    /// <summary>Makes it this thread's current stream until the result is disposed, on the same thread. Waits both times for the stream that is left, whose work is then done.</summary>
    public IDisposable Enter()
    {
        var before = CudaStream.CurrentStream(Index(device));
        CudaStream.Wait(Index(device), before);
        CudaStream.SetCurrent(_stream);
        return new Stay(Index(device), _stream, before);
    }

    private static ConcurrentBag<SideStream> Bag(torch.Device device) => Idle.GetOrAdd(Index(device), _ => []);

    private static int Index(torch.Device device) => Math.Max(0, device.index);

    private sealed class Stay(int device, CudaStream.Stream there, CudaStream.Stream before) : IDisposable
    {
        public void Dispose()
        {
            try
            {
                CudaStream.Wait(device, there);
            }
            finally
            {
                CudaStream.SetCurrent(before);
            }
        }
    }
}
