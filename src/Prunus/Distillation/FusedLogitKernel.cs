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
/// Forward KL and cross entropy of bfloat16 logits in one CUDA kernel: reads both rows twice, leaves the gradient in the student's place.
/// Compiled when first used; where that is impossible the plain way does the same.
/// </summary>
internal sealed class FusedLogitKernel
{
    /// <summary>Set to <c>off</c>, this variable keeps to libtorch's own operators.</summary>
    public const string Switch = "PRUNUS_KERNELS";

    private const uint Threads = 512;
    private static readonly ConcurrentDictionary<int, Attempt> Devices = new();

    private readonly CudaModule _module;
    private readonly ConcurrentDictionary<string, CudaKernel> _kernels = new(StringComparer.Ordinal);

    private FusedLogitKernel(CudaModule module) => _module = module;

    /// <summary>The kernel for a device, or null with the reason.</summary>
    public static FusedLogitKernel? For(torch.Device device, out string? reason)
    {
        if (device.type != DeviceType.CUDA || Environment.GetEnvironmentVariable(Switch) == "off")
        {
            reason = device.type == DeviceType.CUDA ? $"{Switch} is off" : "not a CUDA device";
            return null;
        }

        var attempt = Devices.GetOrAdd(Math.Max(0, device.index), Build);
        reason = attempt.Reason;
        return attempt.Kernel;
    }

    /// <summary>Runs it on a chunk.</summary>
    /// <param name="student">Logits before the soft cap [n,V] bfloat16, contiguous; overwritten by the gradient with respect to them.</param>
    /// <param name="teacher">Teacher logits before the soft cap, or null.</param>
    /// <param name="labels">[n] int64, or null.</param>
    /// <param name="divergence">The divergence's term with the tokens' shares [n,1], or null.</param>
    /// <param name="likelihood">The cross entropy's term with the tokens' shares [n,1], or null.</param>
    /// <param name="studentCap">Soft cap, or null.</param>
    /// <param name="teacherCap">Soft cap, or null.</param>
    /// <returns>Share times loss of every token [2,n] float32: divergence, cross entropy.</returns>
    public torch.Tensor Run(
        torch.Tensor student,
        torch.Tensor? teacher,
        torch.Tensor? labels,
        (LogitLossTerm Term, torch.Tensor Shares)? divergence,
        (LogitLossTerm Term, torch.Tensor Shares)? likelihood,
        double? studentCap,
        double? teacherCap)
    {
        var (tokens, vocabulary) = (student.size(0), student.size(1));
        var losses = torch.empty([2, tokens], dtype: torch.ScalarType.Float32, device: student.device);
        var temperature = divergence?.Term.Temperature ?? 1;
        var name = (divergence is null ? "labels" : temperature == 1 ? "teacher" : "tempered") + (vocabulary % 8 == 0 ? "_8" : "_1");
        _kernels.GetOrAdd(name, _module.Kernel).Launch((uint)tokens, Threads, [
            Address(student),
            Address(divergence is null ? null : teacher),
            Address(likelihood is null ? null : labels),
            Address(divergence?.Shares),
            Address(likelihood?.Shares),
            Address(losses),
            CudaKernel.Slot((int)tokens),
            CudaKernel.Slot(checked((int)vocabulary)),
            CudaKernel.Slot((float)(1 / temperature)),
            CudaKernel.Slot((float)(divergence?.Term.Factor ?? 0)),
            CudaKernel.Slot((float)(likelihood?.Term.Factor ?? 0)),
            CudaKernel.Slot((float)(studentCap ?? 0)),
            CudaKernel.Slot((float)(teacherCap ?? 0)),
        ]);
        return losses;
    }

    private static ulong Address(torch.Tensor? tensor) => CudaKernel.Slot(tensor is null ? 0 : TensorMemory.Address(tensor));

    private static Attempt Build(int device)
    {
        try
        {
            var kernel = new FusedLogitKernel(CudaModule.Build("token_losses.cu", device));
            var fault = FusedLogitCheck.Fault(kernel.Run, torch.device(DeviceType.CUDA, device));
            return new(fault is null ? kernel : null, fault);
        }
        catch (Exception e) when (e is PrunusRunException or ExternalException or EntryPointNotFoundException)
        {
            return new(null, e.Message);
        }
    }

    private sealed record Attempt(FusedLogitKernel? Kernel, string? Reason);
}
