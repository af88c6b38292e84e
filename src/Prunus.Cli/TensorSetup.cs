using Prunus.Checkpoints;
using Prunus.Cli.Options;
using Prunus.Decoders;
using Prunus.Jobs;
using Prunus.Native;
using TorchSharp;

namespace Prunus.Cli;

/// <summary>What a verb with tensors does first: process settings, device, weights.</summary>
internal static class TensorSetup
{
    /// <summary>Sets up the process for libtorch. Before the first tensor.</summary>
    public static void Apply(VerbContext context) =>
        ProcessTuning.Apply(context.Required(GlobalOptions.Threads) is > 0 and var threads ? threads : null, keepFreedMemory: !MayUseGpu(context.Required(GlobalOptions.Device)));

    // Asked before libtorch is loaded, when devices cannot be counted yet.
    private static bool MayUseGpu(string device) => device != "cpu" && (device != "auto" || LibtorchLocation.Find() is { HasCuda: true });

    /// <summary>The device that <c>--device</c> asks for; loads libtorch.</summary>
    /// <exception cref="PrunusInputException">It is not there, or several are named.</exception>
    public static torch.Device Device(VerbContext context) => DevicesOf(context) is [var only] ? only
        : throw new PrunusInputException(GlobalOptions.Device.Name, $"'{context.Required(GlobalOptions.Device)}' names several, and this uses one", "name one");

    /// <summary>The devices that <c>--device</c> asks for; loads libtorch.</summary>
    /// <exception cref="PrunusInputException">One is not there.</exception>
    public static IReadOnlyList<torch.Device> DevicesOf(VerbContext context)
    {
        Apply(context);
        return Devices.ParseAll(context.Required(GlobalOptions.Device));
    }

    /// <summary>Where the jobs of a verb are done: <c>--jobs</c> at a time on the devices, each process with as many CPU threads as <c>--threads</c> says.</summary>
    public static JobPoolOptions Workers(VerbContext context, int jobs, IReadOnlyList<torch.Device> devices) =>
        new() { Workers = jobs, Devices = [.. devices.Select(d => d.ToString())], Threads = context.Required(GlobalOptions.Threads) is > 0 and var threads ? threads : null };

    /// <summary>Reads the model of a checkpoint onto the device, in the type that <c>--dtype</c> asks for.</summary>
    public static Decoder Load(VerbContext context, Checkpoint checkpoint)
    {
        var type = context.Required(SharedOptions.Dtype) switch
        {
            "f32" => torch.ScalarType.Float32,
            "f16" => torch.ScalarType.Float16,
            _ => torch.ScalarType.BFloat16,
        };

        // Headers first: a wrong path should not wait for libtorch.
        var device = Device(context);
        return Decoder.Load(checkpoint, device, type);
    }
}
