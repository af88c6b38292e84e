using Prunus.Native.Cuda;
using TorchSharp;

namespace Prunus.Lottery.Training;

/// <summary>
/// Records steps as CUDA graphs on a stream of its own, and launches them on the current one. The memory that a step takes and frees belongs to that stream, so that
/// nothing else is given it between launches.
/// </summary>
internal sealed class CudaStepRecorder(torch.Device device) : IStepRecorder
{
    private readonly int _index = Math.Max(0, device.index);
    private SideStream? _stream;

    public IRecording Record(Action work)
    {
        _stream ??= SideStream.Rent(device);
        using var there = _stream.Enter();
        work();
        return new Recording(CudaGraph.Capture(_index, work, allocates: true));
    }

    // What was launched still uses the stream's memory.
    public void Dispose()
    {
        if (_stream is not null)
        {
            CudaStream.Wait(_index, CudaStream.CurrentStream(_index));
            _stream.Return();
        }
    }

    private sealed class Recording(CudaGraph graph) : IRecording
    {
        public void Launch() => graph.Launch();

        public void Dispose() => graph.Dispose();
    }
}
