using Prunus.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Tests.Native;

public class LibtorchTests
{
    static LibtorchTests() => Libtorch.Load();

    [Fact]
    public void Load_from_many_threads_gives_one_answer()
    {
        var loads = new LibtorchLoad[8];
        Parallel.For(0, loads.Length, i => loads[i] = Libtorch.Load());
        Assert.All(loads, load => Assert.Same(loads[0], load));
        Assert.Same(loads[0], Libtorch.Loaded);
    }

    [Fact]
    public void Autocast_lowers_matrix_products_and_gives_back_what_was()
    {
        using var scope = NewDisposeScope();
        var a = randn([4, 4]).requires_grad_();
        using (new Autocast(DeviceType.CPU, ScalarType.BFloat16))
        {
            using (new Autocast(DeviceType.CPU, ScalarType.BFloat16))
            {
            }

            var product = a.matmul(a);
            Assert.Equal(ScalarType.BFloat16, product.dtype);
            product.sum().backward();
        }

        Assert.Equal(ScalarType.Float32, a.grad!.dtype);
        Assert.Equal(ScalarType.Float32, a.matmul(a).dtype);
    }

    [Fact]
    public void TensorMemory_sees_views_and_writes_through()
    {
        using var scope = NewDisposeScope();
        var all = arange(6, ScalarType.Float32);
        TensorMemory.Span<float>(all[3..])[0] = 9;
        Assert.Equal([0, 1, 2, 9, 4, 5], all.data<float>().ToArray());
        Assert.Equal(12, TensorMemory.Address(all[3..]) - TensorMemory.Address(all));
        Assert.Throws<ArgumentException>(() => TensorMemory.Span<double>(all).Length);
        Assert.Throws<ArgumentException>(() => TensorMemory.Span<float>(all.reshape(2, 3).t()).Length);
    }

    [Fact]
    public void Determinism_can_be_switched()
    {
        Determinism.Set(true);
        Determinism.Set(false);
    }

    [Theory]
    [InlineData("cpu", DeviceType.CPU)]
    [InlineData("auto", DeviceType.CPU)]
    public void Devices_are_parsed(string text, DeviceType expected)
    {
        Assert.SkipWhen(Devices.CudaCount > 0 && text == "auto", "this machine has CUDA");
        Assert.Equal(expected, Devices.Parse(text).type);
    }

    [Theory]
    [InlineData("gpu", "--device: no device 'gpu'; say auto, cpu, cuda or cuda:N")]
    [InlineData("cuda:-1", "--device: no device 'cuda:-1'; say auto, cpu, cuda or cuda:N")]
    [InlineData("", "--device: no device ''; say auto, cpu, cuda or cuda:N")]
    public void A_device_that_is_no_device_is_an_error(string text, string message) =>
        Assert.Equal(message, Assert.Throws<PrunusInputException>(() => Devices.Parse(text)).Message);

    [Theory]
    [InlineData("cpu,cpu", "--device: 'cpu,cpu' names a device twice, or one without CUDA; name different ones, such as cuda:0,cuda:1")]
    [InlineData("cpu,", "--device: no device ''; say auto, cpu, cuda or cuda:N")]
    public void Several_devices_are_different_ones_of_cuda(string text, string message)
    {
        Assert.Equal(message, Assert.Throws<PrunusInputException>(() => Devices.ParseAll(text)).Message);
        Assert.Equal(DeviceType.CPU, Assert.Single(Devices.ParseAll("cpu")).type);
    }

    [Fact]
    public void Cuda_without_cuda_says_what_to_do()
    {
        Assert.SkipWhen(Libtorch.Load().Location.HasCuda, "this libtorch has CUDA");
        var error = Assert.Throws<PrunusInputException>(() => Devices.Parse("cuda:1"));
        Assert.Contains("PRUNUS_LIBTORCH", error.Message, StringComparison.Ordinal);
        Assert.Null(Devices.CudaMemory());
    }

    [Fact]
    public void MemoryUse_is_plausible()
    {
        // The kernel updates the peak lazily: it may lag a little behind the current value.
        Assert.InRange(MemoryUse.CurrentBytes, 1 << 20, MemoryUse.PeakBytes + (16 << 20));
    }

    [Fact]
    public void A_file_that_is_no_library_is_refused() =>
        Assert.Throws<BadImageFormatException>(() => new ElfVersions(new byte[100]));

    [Fact]
    public void WarningsOfLibtorch_AreLeftOutOfStandardError()
    {
        // c10's level: 0 all, 1 warnings and worse, 2 errors. ProcessTuning sets the default that the loading reads.
        const int errors = 2;
        Assert.Equal(Environment.GetEnvironmentVariable("TORCH_CPP_LOG_LEVEL") is null ? errors : Level(), Level());

        static int Level() => System.Runtime.InteropServices.Marshal.ReadInt32(Libtorch.Symbol("libc10.so", "FLAGS_caffe2_log_level"));
    }
}
