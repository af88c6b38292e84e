namespace Prunus.Native.Cuda;

/// <summary>Streams of one device, each rented by one at a time and kept for the next.</summary>
/// <param name="take">Hands out libtorch's streams in turn: after the last one the first again, whoever is on it.</param>
internal sealed class StreamPool(Func<CudaStream.Stream> take)
{
    /// <summary>Streams that libtorch has of a device and a priority (c10/cuda/CUDAStream.cpp, kStreamsPerPool).</summary>
    public const int Most = 32;

    private readonly Lock _lock = new();
    private readonly HashSet<long> _known = [];
    private readonly Stack<CudaStream.Stream> _idle = [];

    /// <summary>A stream that nobody else has rented.</summary>
    /// <exception cref="PrunusInputException">All are rented.</exception>
    public CudaStream.Stream Rent()
    {
        lock (_lock)
        {
            if (_idle.TryPop(out var idle))
            {
                return idle;
            }

            for (var i = 0; i < Most; i++)
            {
                var stream = take();
                if (_known.Add(stream.Id))
                {
                    return stream;
                }
            }
        }

        throw new PrunusInputException("--jobs", $"trainings at a time want more streams than a GPU has ({Most})", "use fewer");
    }

    /// <summary>Gives back what was rented.</summary>
    public void Return(CudaStream.Stream stream)
    {
        lock (_lock)
        {
            _idle.Push(stream);
        }
    }
}
