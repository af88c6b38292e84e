using System.Collections.Concurrent;
using Prunus.Native.Cuda;
using TorchSharp;

namespace Prunus.Lottery.Stacking;

/// <summary>Launches a kernel of mlp_step.cu.</summary>
internal delegate void MlpLaunch(string kernel, int blocks, ReadOnlySpan<ulong> arguments);

/// <summary>The kernels of mlp_step.cu, and how steps are recorded.</summary>
/// <param name="launch">Launches one; returns without waiting.</param>
/// <param name="enter">Goes onto a stream that can be recorded, until disposed.</param>
/// <param name="capture">Records an action; null = each kernel is launched by itself.</param>
internal sealed class MlpKernels(MlpLaunch launch, Func<IDisposable?> enter, Func<Action, CudaGraph>? capture) : IDisposable
{
    /// <summary>Threads of a block.</summary>
    public const int Threads = 256;

    /// <summary>Weights that a thread updates.</summary>
    public const int Each = 4;

    private static readonly ConcurrentDictionary<int, CudaModule> Modules = new();

    // Its own as long as it lives: what another thread queued on it would be recorded too.
    private SideStream? _stream;

    /// <summary>Launches a kernel; returns without waiting.</summary>
    public MlpLaunch Launch => launch;

    /// <summary>Goes onto a stream that can be recorded, until disposed.</summary>
    public Func<IDisposable?> Enter => enter;

    /// <summary>Records an action; null = each kernel is launched by itself.</summary>
    public Func<Action, CudaGraph>? Capture => capture;

    /// <summary>Why nothing can be recorded though it was asked for, or null.</summary>
    public string? GraphFault { get; init; }

    /// <summary>Compiled for a device.</summary>
    /// <exception cref="PrunusRunException">There is no compiler, or the driver refuses.</exception>
    public static MlpKernels On(torch.Device device, bool graph)
    {
        var index = CudaStream.Index(device);
        var module = Modules.GetOrAdd(index, i => CudaModule.Build("mlp_step.cu", i));
        var kernels = new[] { "gather", "rectify", "softmax_errors", "pass_errors", "update" }.ToDictionary(n => n, module.Kernel, StringComparer.Ordinal);
        MlpLaunch launch = (name, blocks, arguments) => kernels[name].Launch((uint)blocks, Threads, arguments);
        if (!graph)
        {
            return new(launch, () => null, null);
        }

        try
        {
            var stream = SideStream.Rent(device);
            return new(launch, stream.Enter, work => CudaGraph.Capture(index, work)) { _stream = stream };
        }
        catch (PrunusRunException e)
        {
            return new(launch, () => null, null) { GraphFault = e.Message };
        }
    }

    /// <summary>Gives the stream back; no graph of it may be launched any more.</summary>
    public void Dispose()
    {
        _stream?.Return();
        _stream = null;
    }
}
