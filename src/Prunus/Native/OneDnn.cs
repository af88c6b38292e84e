using System.Runtime.Intrinsics.X86;

namespace Prunus.Native;

/// <summary>What is known of oneDNN, which computes libtorch's float32 and bfloat16 convolutions on a CPU.</summary>
public static class OneDnn
{
    /// <summary>Channels that its vector kernels take at a time with AVX-512; a count that is no multiple of it is filled up with zeros inside.</summary>
    public const int ChannelBlock = 16;

    private const int ExtendedLeaves = unchecked((int)0x8000_0000), AmdCacheLeaf = unchecked((int)0x8000_001D);
    private const int Auth = 0x6874_7541;

    /// <summary>
    /// Whether it fills up weights wrongly here. On AMD processors it reads the caches' sizes from a CPUID leaf that some virtual machines leave empty, and takes that for a cache of
    /// one byte; it then turns weights into its own layout in an order for which its filling with zeros isn't made, overwrites some of them and leaves others as the
    /// memory was: wrong outputs and gradients, now and then NaN (oneDNN 3.7.1 in libtorch 2.10; docs/methods/cpu-convolutions.md).
    /// </summary>
    public static bool FillsChannelsWrongly { get; } = X86Base.IsSupported && HidesCaches(X86Base.CpuId);

    /// <summary>Whether a processor calls itself AMD's and doesn't tell of its caches.</summary>
    /// <param name="cpuid">Leaf and subleaf to the registers.</param>
    internal static bool HidesCaches(Func<int, int, (int Eax, int Ebx, int Ecx, int Edx)> cpuid)
    {
        const int kindOfCache = 0x1f;
        return cpuid(0, 0).Ebx == Auth && ((uint)cpuid(ExtendedLeaves, 0).Eax < unchecked((uint)AmdCacheLeaf) || (cpuid(AmdCacheLeaf, 0).Eax & kindOfCache) == 0);
    }
}
