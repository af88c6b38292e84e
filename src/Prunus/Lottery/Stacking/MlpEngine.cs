using TorchSharp;

namespace Prunus.Lottery.Stacking;

/// <summary>Steps of stacked MLPs on one kind of device.</summary>
internal interface IMlpEngine : IDisposable
{
    /// <summary>Why steps aren't launched as graphs though they could be; null while they are, or where there are none.</summary>
    string? GraphFault => null;

    /// <summary>Does steps.</summary>
    /// <param name="examples">[steps,members,batch].</param>
    /// <param name="rules">One for each step.</param>
    /// <param name="losses">[steps,members], written.</param>
    void Run(ReadOnlySpan<int> examples, UpdateRule[] rules, Span<float> losses);
}

/// <summary>Choice of the engine.</summary>
internal static class MlpEngines
{
    public static IMlpEngine On(torch.Device device, IReadOnlyList<MlpLayer> layers, int members, StepData data, int threads, bool graph) => device.type switch
    {
        DeviceType.CPU => new CpuMlpEngine(layers, members, data, threads),
        DeviceType.CUDA => new CudaMlpEngine(layers, members, data, MlpKernels.On(device, graph)),
        _ => throw new PrunusInputException("device", $"no steps of MLPs on {device}", "use cpu or cuda"),
    };
}
