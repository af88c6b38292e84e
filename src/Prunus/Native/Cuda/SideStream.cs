using System.Collections.Concurrent;
using TorchSharp;

namespace Prunus.Native.Cuda;

/// <summary>A stream beside the default one, on which nothing can be recorded. While a thread is on it, libtorch queues that thread's work there.</summary>
internal sealed class SideStream
{
    private static readonly ConcurrentDictionary<int, StreamPool> Pools = new();
    private readonly int _device;
    private readonly CudaStream.Stream _stream;
    private bool _returned;

    private SideStream(int device) => (_device, _stream) = (device, Pool(device).Rent());

    /// <summary>One that nobody else is on until it is given back.</summary>
    /// <exception cref="PrunusInputException">All of the device are rented.</exception>
    public static SideStream Rent(torch.Device device) => new(CudaStream.Index(device));

    /// <summary>Gives back what was rented. A second call does nothing.</summary>
    public void Return()
    {
        if (!Interlocked.Exchange(ref _returned, true))
        {
            Pool(_device).Return(_stream);
        }
    }

    /// <summary>Makes it this thread's current stream until the result is disposed, on the same thread. Waits both times for the stream that is left, whose work is then done.</summary>
    public IDisposable Enter()
    {
        var before = CudaStream.CurrentStream(_device);
        CudaStream.Wait(_device, before);
        CudaStream.SetCurrent(_stream);
        return new Stay(_device, _stream, before);
    }

    /// <summary>
    /// A stream of its own for what this thread does on a GPU until the result is disposed; null on a CPU, or where libtorch is too new or too old. Threads that stay on the default stream would do their work one after the other.
    /// What another thread made on the device must have been waited for.
    /// </summary>
    public static IDisposable? Own(torch.Device device)
    {
        if (device.type == DeviceType.CPU || !CudaStream.AreKnown)
        {
            return null;
        }

        var stream = Rent(device);
        try
        {
            var stay = stream.Enter();
            return new OnDispose(() =>
            {
                using var given = new OnDispose(stream.Return);
                stay.Dispose();
            });
        }
        catch
        {
            stream.Return();
            throw;
        }
    }

    /// <summary>For threads that work for this one meanwhile: what each of them calls to be on this thread's stream until it disposes the result.</summary>
    public static Func<IDisposable?> Shared(torch.Device device)
    {
        if (device.type == DeviceType.CPU || !CudaStream.AreKnown)
        {
            return () => null;
        }

        var index = CudaStream.Index(device);
        var stream = CudaStream.CurrentStream(index);
        return () =>
        {
            var before = CudaStream.CurrentStream(index);
            CudaStream.SetCurrent(stream);
            return new OnDispose(() => CudaStream.SetCurrent(before));
        };
    }

    private static StreamPool Pool(int device) => Pools.GetOrAdd(device, index => new(() => CudaStream.FromPool(index)));

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
