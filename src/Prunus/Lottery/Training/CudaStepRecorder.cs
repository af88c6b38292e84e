using Prunus.Native.Cuda;
using TorchSharp;

namespace Prunus.Lottery.Training;

/// <summary>
/// Records steps as CUDA graphs on a stream of its own, and launches them on the current one. The memory that a step takes and frees belongs to that stream, so that
/// nothing else is given it between launches.
/// </summary>
internal sealed class CudaStepRecorder(torch.Device device) : IStepRecorder
{
    // A device can't be waited for while a thread records.
    private static readonly Lock One = new();
    private readonly SideStream _stream = SideStream.Rent(device);

    public IRecording Record(Action work)
    {
        lock (One)
        {
            using var there = _stream.Enter();
            work();
            torch.cuda.synchronize(device);
            return new Recording(CudaGraph.Capture(Math.Max(0, device.index), work, allocates: true));
        }
    }

    public void Dispose()
    {
        torch.cuda.synchronize(device);
        _stream.Return();
    }

    private sealed class Recording(CudaGraph graph) : IRecording
    {
        public void Launch() => graph.Launch();

        public void Dispose() => graph.Dispose();
    }
}
