namespace Prunus.Native.Cuda;

/// <summary>A piece of device memory as the driver gave it out, which libtorch cuts into tensors. No other piece ever has the same number.</summary>
internal readonly unsafe struct DeviceAllocation
{
    private const int BufferId = 7;
    private readonly nint _address;
    private readonly ulong _number;
    private readonly int _device;

    private DeviceAllocation(int device, nint address, ulong number) => (_device, _address, _number) = (device, address, number);

    /// <summary>Whether it hasn't been given back.</summary>
    public bool Stands => Number(_device, _address) == _number;

    /// <summary>Those that addresses lie in, each once.</summary>
    /// <exception cref="PrunusRunException">There is none at an address.</exception>
    public static IReadOnlyList<DeviceAllocation> Of(int device, IEnumerable<nint> addresses) =>
        [.. addresses.Select(a => new DeviceAllocation(device, a, Number(device, a) ?? throw new PrunusRunException("CUDA", "an address is not of the device's memory", "launch kernels one by one: --no-graphs")))
            .DistinctBy(a => a._number)];

    private static ulong? Number(int device, nint address)
    {
        using var context = new CudaContext(device);
        ulong number;
        return ((delegate* unmanaged<ulong*, int, nint, int>)CudaModule.Call("cuPointerGetAttribute"))(&number, BufferId, address) == 0 ? number : null;
    }
}
