using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Prunus.Native;
using Prunus.Native.Cuda;
using TorchSharp;

namespace Prunus.Distillation;

/// <summary>Losses of a chunk and, in the student's place, their gradient; see <see cref="FusedLogitKernel.Run"/>.</summary>
internal delegate torch.Tensor LogitKernel(
    torch.Tensor student,
    torch.Tensor? teacher,
    torch.Tensor? labels,
    (LogitLossTerm Term, torch.Tensor Shares)? divergence,
    (LogitLossTerm Term, torch.Tensor Shares)? likelihood,
    double? studentCap,
    double? teacherCap);

/// <summary>
/// A distillation loss, cross entropy or both of bfloat16 logits in one CUDA kernel, which leaves the gradient in the student's place. One module for each
/// loss; compiled when first used. Where that is impossible or the results are wrong the plain way does the same.
/// </summary>
internal sealed class FusedLogitKernel
{
    /// <summary>Set to <c>off</c>, this variable keeps to libtorch's own operators.</summary>
    public const string Switch = "PRUNUS_KERNELS";

    /// <summary>File name of the source.</summary>
    internal const string Source = "token_losses.cu";

    private const uint Threads = 512;
    private static readonly ConcurrentDictionary<(int Device, string Symbol), Attempt> Attempts = new();

    private readonly CudaModule _module;
    private readonly string _symbol;
    private readonly ConcurrentDictionary<string, CudaKernel> _kernels = new(StringComparer.Ordinal);

    private FusedLogitKernel(CudaModule module, string symbol) => (_module, _symbol) = (module, symbol);

    /// <summary>The kernel for a loss on a device, or null with the reason.</summary>
    /// <param name="device">Where the logits are.</param>
    /// <param name="divergence">The loss that compares with a teacher; null for cross entropy alone.</param>
    /// <param name="reason">Why there is none.</param>
    public static FusedLogitKernel? For(torch.Device device, ILogitLoss? divergence, out string? reason)
    {
        reason = Unavailable(device);
        if (reason is not null)
        {
            return null;
        }

        if (Fused(divergence) is not { } fused)
        {
            reason = $"{divergence!.Id} has no kernel";
            return null;
        }

        var attempt = Attempts.GetOrAdd((Math.Max(0, device.index), fused.Symbol), key => Build(key.Device, key.Symbol));
        reason = attempt.Reason;
        return attempt.Kernel;
    }

    /// <summary>Why a device can have no kernel at all, or null.</summary>
    public static string? Unavailable(torch.Device device) =>
        device.type != DeviceType.CUDA ? "not a CUDA device"
        : Environment.GetEnvironmentVariable(Switch) == "off" ? $"{Switch} is off"
        : null;

    /// <summary>Runs it on a chunk.</summary>
    /// <param name="student">Logits before the soft cap [n,V] bfloat16, contiguous; overwritten by the gradient with respect to them.</param>
    /// <param name="teacher">Teacher logits before the soft cap, or null.</param>
    /// <param name="labels">[n] int64, or null.</param>
    /// <param name="divergence">The divergence's term with the tokens' shares [n,1], or null.</param>
    /// <param name="likelihood">The cross entropy's term with the tokens' shares [n,1], or null.</param>
    /// <param name="studentCap">Soft cap, or null.</param>
    /// <param name="teacherCap">Soft cap, or null.</param>
    /// <returns>Share times loss of every token [2,n] float32: divergence, cross entropy.</returns>
    /// <exception cref="ArgumentException">The divergence is not the one that this kernel is for.</exception>
    public torch.Tensor Run(
        torch.Tensor student,
        torch.Tensor? teacher,
        torch.Tensor? labels,
        (LogitLossTerm Term, torch.Tensor Shares)? divergence,
        (LogitLossTerm Term, torch.Tensor Shares)? likelihood,
        double? studentCap,
        double? teacherCap)
    {
        if (Fused(divergence?.Term.Loss)?.Symbol != _symbol)
        {
            throw new ArgumentException($"this kernel is for {_symbol}", nameof(divergence));
        }

        var losses = torch.empty([2, student.size(0)], dtype: torch.ScalarType.Float32, device: student.device);
        _kernels.GetOrAdd(Name(student.size(1), divergence?.Term.Temperature ?? 1), _module.Kernel).Launch(
            (uint)student.size(0), Threads, Arguments(student, teacher, labels, divergence, likelihood, studentCap, teacherCap, losses));
        return losses;
    }

    /// <summary>Name of the kernel: eight entries at a time where the vocabulary allows it; τ of 1 spares it one of two exponentials.</summary>
    internal static string Name(long vocabulary, double temperature) => (temperature == 1 ? "plain" : "tempered") + (vocabulary % 8 == 0 ? "_8" : "_1");

    /// <summary>The kernel's arguments in order; <paramref name="losses"/> [2,n] float32 takes the result.</summary>
    internal static ulong[] Arguments(
        torch.Tensor student,
        torch.Tensor? teacher,
        torch.Tensor? labels,
        (LogitLossTerm Term, torch.Tensor Shares)? divergence,
        (LogitLossTerm Term, torch.Tensor Shares)? likelihood,
        double? studentCap,
        double? teacherCap,
        torch.Tensor losses)
    {
        var vocabulary = checked((int)student.size(1));
        var fused = Fused(divergence?.Term.Loss) ?? throw new ArgumentException("no loss of the kernel", nameof(divergence));
        return
        [
            Address(student),
            Address(divergence is null ? null : teacher),
            Address(likelihood is null ? null : labels),
            Address(divergence?.Shares),
            Address(likelihood?.Shares),
            Address(losses),
            CudaKernel.Slot(checked((int)student.size(0))),
            CudaKernel.Slot(vocabulary),
            CudaKernel.Slot((float)(1 / (divergence?.Term.Temperature ?? 1))),
            CudaKernel.Slot((float)(divergence?.Term.Factor ?? 0)),
            CudaKernel.Slot((float)(likelihood?.Term.Factor ?? 0)),
            CudaKernel.Slot((float)(studentCap ?? 0)),
            CudaKernel.Slot((float)(teacherCap ?? 0)),
            CudaKernel.Slot((float)fused.Beta),
            CudaKernel.Slot(Math.Min(fused.Entries, vocabulary)),
        ];
    }

    private static FusedLogitLoss? Fused(ILogitLoss? divergence) => divergence is null ? FusedLogitLoss.Labels : FusedLogitLoss.Of(divergence);

    private static ulong Address(torch.Tensor? tensor) => CudaKernel.Slot(tensor is null ? 0 : TensorMemory.Address(tensor));

    private static Attempt Build(int device, string symbol)
    {
        try
        {
            var kernel = new FusedLogitKernel(CudaModule.Build(Source, device, $"#define LOSS {symbol}\n"), symbol);
            var fault = FusedLogitCheck.Fault(kernel.Run, symbol, torch.device(DeviceType.CUDA, device));
            return new(fault is null ? kernel : null, fault);
        }
        catch (Exception e) when (e is PrunusRunException or ExternalException or EntryPointNotFoundException)
        {
            return new(null, e.Message);
        }
    }

    private sealed record Attempt(FusedLogitKernel? Kernel, string? Reason);
}
