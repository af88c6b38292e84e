using System.Globalization;

namespace Prunus.Native;

/// <summary>
/// Settings of the whole process that make libtorch fast on a CPU: a program's to choose, so the library never applies them by
/// itself. Call before the first tensor.
/// </summary>
public static class ProcessTuning
{
    private const int MmapMax = -4, TrimThreshold = -1, TopPad = -2;

    /// <summary>
    /// Keeps freed memory for the next tensor instead of giving it back to the kernel (page faults cost up to 40 times the work on
    /// large tensors; the price is that memory use stays at its peak), and lets waiting OpenMP threads sleep instead of spin. libtorch's own warnings are left out unless TORCH_CPP_LOG_LEVEL says otherwise.
    /// </summary>
    /// <param name="threads">OpenMP threads; null leaves libtorch's default or OMP_NUM_THREADS.</param>
    /// <param name="keepFreedMemory">
    /// False where tensors live on a GPU: the heaps of libtorch's backward thread then come and go at every operator, which was seen to double
    /// the time of a training step.
    /// </param>
    public static void Apply(int? threads = null, bool keepFreedMemory = true)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        DynamicLinker.SetDefault("OMP_WAIT_POLICY", "PASSIVE");

        // With one thread libtorch asks for NNPACK at every small convolution and warns each time that this processor is none of NNPACK's: hundreds of lines that tell a user nothing.
        DynamicLinker.SetDefault("TORCH_CPP_LOG_LEVEL", "ERROR");
        if (threads is { } count)
        {
            DynamicLinker.SetDefault("OMP_NUM_THREADS", count.ToString(CultureInfo.InvariantCulture));
        }

        if (!keepFreedMemory)
        {
            return;
        }

        DynamicLinker.SetMalloc(MmapMax, 0);
        DynamicLinker.SetMalloc(TrimThreshold, int.MaxValue);
        DynamicLinker.SetMalloc(TopPad, 64 << 20);
    }
}
