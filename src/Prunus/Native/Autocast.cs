using TorchSharp;

namespace Prunus.Native;

/// <summary>
/// Within its life, libtorch runs matrix products of this thread in a lower precision and keeps sums, norms and losses in float32.
/// Backward passes follow the forward. <c>using var _ = new Autocast(device.type, torch.ScalarType.BFloat16);</c>
/// </summary>
public sealed unsafe class Autocast : IDisposable
{
    private const string Prefix = "_ZN2at8autocast";

    private static readonly delegate* unmanaged<sbyte, byte> IsEnabled = (delegate* unmanaged<sbyte, byte>)Symbol("19is_autocast_enabledEN3c1010DeviceTypeE");
    private static readonly delegate* unmanaged<sbyte, byte, void> SetEnabled = (delegate* unmanaged<sbyte, byte, void>)Symbol("20set_autocast_enabledEN3c1010DeviceTypeEb");
    private static readonly delegate* unmanaged<sbyte, sbyte> GetType_ = (delegate* unmanaged<sbyte, sbyte>)Symbol("18get_autocast_dtypeEN3c1010DeviceTypeE");
    private static readonly delegate* unmanaged<sbyte, sbyte, void> SetType = (delegate* unmanaged<sbyte, sbyte, void>)Symbol("18set_autocast_dtypeEN3c1010DeviceTypeENS1_10ScalarTypeE");
    private static readonly delegate* unmanaged<int> EnterNesting = (delegate* unmanaged<int>)Symbol("17increment_nestingEv");
    private static readonly delegate* unmanaged<int> LeaveNesting = (delegate* unmanaged<int>)Symbol("17decrement_nestingEv");
    private static readonly delegate* unmanaged<void> ClearCache = (delegate* unmanaged<void>)Symbol("11clear_cacheEv");

    private readonly sbyte _device;
    private readonly byte _enabledBefore;
    private readonly sbyte _typeBefore;
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private bool _disposed;

    /// <param name="device">CPU or CUDA.</param>
    /// <param name="type">BFloat16, or Float16 on CUDA.</param>
    public Autocast(DeviceType device, torch.ScalarType type)
    {
        _device = (sbyte)device;
        _enabledBefore = IsEnabled(_device);
        _typeBefore = GetType_(_device);
        SetEnabled(_device, 1);
        SetType(_device, (sbyte)type);
        EnterNesting();
    }

    /// <summary>Ends it; on the thread that began it.</summary>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        if (_thread != Environment.CurrentManagedThreadId)
        {
            throw new InvalidOperationException("autocast ends on the thread that began it");
        }

        _disposed = true;
        if (LeaveNesting() == 0)
        {
            ClearCache();
        }

        SetEnabled(_device, _enabledBefore);
        SetType(_device, _typeBefore);
    }

    private static nint Symbol(string name) => Libtorch.Symbol(LibtorchLocation.CpuLibrary, Prefix + name);
}
