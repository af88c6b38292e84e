using Prunus.Native.Cuda;
using TorchSharp;

namespace Prunus.Lottery.Training;

/// <summary>
/// Records steps as CUDA graphs on a stream of its own, and launches them on the current one. The memory that a step takes and frees belongs to that stream, so that
/// nothing else is given it between launches; only where the device runs out of memory does libtorch give back what lies idle.
/// Then the recording is over: each launch looks whether the memory of the step's gradients is still what it was, a guard but no proof, since the rest of the memory may go without it.
/// </summary>
internal sealed class CudaStepRecorder(torch.Device device) : IStepRecorder
{
    private readonly int _index = CudaStream.Index(device);
    private SideStream? _stream;

    public IRecording Record(Func<nint[]> work)
    {
        _stream ??= SideStream.Rent(device);
        using var alone = CaptureGate.Recording();
        using var there = _stream.Enter();
        _ = work();
        nint[] used = [];
        var graph = CudaGraph.Capture(_index, () => used = work(), allocates: true);
        try
        {
            return new Recording(graph, DeviceAllocation.Of(_index, used));
        }
        catch
        {
            graph.Dispose();
            throw;
        }
    }

    // What was launched still uses the stream's memory.
    public void Dispose()
    {
        if (_stream is not null)
        {
            try
            {
                CudaStream.Wait(_index, CudaStream.CurrentStream(_index));
            }
            finally
            {
                _stream.Return();
            }
        }
    }

    private sealed class Recording(CudaGraph graph, IReadOnlyList<DeviceAllocation> memory) : IRecording
    {
        public bool Launch()
        {
            if (!memory.All(m => m.Stands))
            {
                return false;
            }

            graph.Launch();
            return true;
        }

        public void Dispose() => graph.Dispose();
    }
}
