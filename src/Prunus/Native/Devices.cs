using System.Globalization;
using Prunus.Native.Cuda;
using TorchSharp;

namespace Prunus.Native;

/// <summary>Memory of a CUDA device in bytes.</summary>
/// <param name="Free">Free, of all processes.</param>
/// <param name="Total">Total.</param>
public readonly record struct CudaMemory(long Free, long Total)
{
    /// <summary>Taken, by whichever process.</summary>
    public long Used => Total - Free;
}

/// <summary>Choice of the device that computes.</summary>
public static unsafe class Devices
{
    /// <summary>CUDA devices that the loaded libtorch sees.</summary>
    public static int CudaCount
    {
        get
        {
            var load = Libtorch.Load();

            // Not TorchSharp's own question: without a CUDA libtorch it would go looking for packages to copy.
            return load.Location.HasCuda ? ((delegate* unmanaged<int>)Libtorch.Symbol("wrapper", "THSTorchCuda_device_count"))() : 0;
        }
    }

    /// <summary>Turns <c>auto</c>, <c>cpu</c>, <c>cuda</c> or <c>cuda:1</c> into a device; <c>auto</c> is the first CUDA device or else the CPU.</summary>
    /// <param name="text">The user's word.</param>
    /// <param name="option">What to call it in an error.</param>
    /// <exception cref="PrunusInputException">Not one of these, or a device that isn't there.</exception>
    public static torch.Device Parse(string text, string option = "--device")
    {
        Libtorch.Load();
        switch (text)
        {
            case "cpu":
                return torch.CPU;
            case "auto":
                return CudaCount > 0 ? Cuda(0) : torch.CPU;
            case "cuda":
                return Existing(0, text, option);
            default:
                return text.StartsWith("cuda:", StringComparison.Ordinal)
                    && int.TryParse(text.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out var index)
                    ? Existing(index, text, option)
                    : throw new PrunusInputException(option, $"no device '{text}'", "say auto, cpu, cuda or cuda:N");
        }
    }

    /// <summary>As <see cref="Parse"/>, or several CUDA devices with commas between them: <c>cuda:0,cuda:1</c>.</summary>
    /// <param name="text">The user's word.</param>
    /// <param name="option">What to call it in an error.</param>
    /// <exception cref="PrunusInputException">As <see cref="Parse"/>; one is named twice, or several are not all of CUDA.</exception>
    public static IReadOnlyList<torch.Device> ParseAll(string text, string option = "--device")
    {
        List<torch.Device> devices = [.. text.Split(',').Select(word => Parse(word, option))];
        return devices.Count == 1 || (devices.TrueForAll(d => d.type == DeviceType.CUDA) && devices.DistinctBy(d => d.index).Count() == devices.Count)
            ? devices : throw new PrunusInputException(option, $"'{text}' names a device twice, or one without CUDA", "name different ones, such as cuda:0,cuda:1");
    }

    /// <summary>
    /// Waits for what this thread has queued on a device (on its current stream), not for what other threads do on streams of their own; nothing to wait for on the CPU.
    /// </summary>
    public static void Synchronize(torch.Device device)
    {
        if (device.type == DeviceType.CUDA)
        {
            CudaStream.WaitForCurrent(CudaStream.Index(device));
        }
    }

    /// <summary>Memory of the current CUDA device, or null on a machine or libtorch without CUDA.</summary>
    public static CudaMemory? CudaMemory()
    {
        if (CudaCount == 0)
        {
            return null;
        }

        nuint free = 0, total = 0;
        if (DynamicLinker.FindGlobal("cudaMemGetInfo") is not 0 and var runtime)
        {
            return ((delegate* unmanaged<nuint*, nuint*, int>)runtime)(&free, &total) == 0 ? new((long)free, (long)total) : null;
        }

        // libtorch_cuda may have the runtime linked in; the driver's own count needs a context, which a first tensor makes.
        return CudaDriver.Call("cuMemGetInfo_v2") is not 0 and var address
            && ((delegate* unmanaged<nuint*, nuint*, int>)address)(&free, &total) == 0
            ? new((long)free, (long)total)
            : null;
    }

    private static torch.Device Existing(int index, string text, string option)
    {
        var count = CudaCount;
        if (index < count)
        {
            return Cuda(index);
        }

        var load = Libtorch.Load();
        throw (load.Location.HasCuda, count) switch
        {
            (false, _) => new PrunusInputException(option, $"'{text}' asked for, but the libtorch in use ({load.Location.Source}) has no CUDA",
                $"let {LibtorchLocation.Variable} name the torch/lib folder of a CUDA PyTorch"),
            (true, 0) => new PrunusInputException(option, $"'{text}' asked for, but libtorch sees no CUDA device", "check nvidia-smi and the driver's version"),
            _ => new PrunusInputException(option, $"no device '{text}': there are {count}", $"say cuda:0 to cuda:{count - 1}"),
        };
    }

    private static torch.Device Cuda(int index)
    {
        torch.InitializeDeviceType(DeviceType.CUDA);
        return torch.device(DeviceType.CUDA, index);
    }
}
