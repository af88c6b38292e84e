using System.Diagnostics;
using System.Runtime.InteropServices;
using Prunus.Lottery.Stacking;

namespace Prunus.Tests.Lottery.Stacking;

/// <summary>The kernels of mlp_step.cu compiled by g++ and run thread by thread on the CPU, which they allow: nothing is shared between their threads.</summary>
internal static unsafe class EmulatedKernels
{
    private const string Before = """
        #include <cmath>
        #define __global__
        #define __device__
        #define __forceinline__ inline
        struct Index { unsigned x; };
        static Index blockIdx, threadIdx, blockDim;

        """;

    private const string After = """

        #include <cstring>
        #define P(type, i) (*(type*)arguments[i])
        static void once(const char* name, void** arguments) {
            if (!strcmp(name, "gather")) gather(P(float*, 0), P(int*, 1), P(float*, 2), P(int, 3));
            else if (!strcmp(name, "rectify")) rectify(P(float*, 0), P(float*, 1), P(int, 2), P(int, 3));
            else if (!strcmp(name, "softmax_errors")) softmax_errors(P(float*, 0), P(float*, 1), P(int*, 2), P(long long*, 3), P(float*, 4), P(float*, 5), P(int, 6), P(int, 7), P(int, 8));
            else if (!strcmp(name, "pass_errors")) pass_errors(P(float*, 0), P(float*, 1), P(int, 2));
            else update(P(float*, 0), P(float*, 1), P(float*, 2), P(float*, 3), P(unsigned char*, 4), P(float*, 5), P(float*, 6), P(float*, 7), P(float*, 8), P(float*, 9),
                P(int, 10), P(int, 11), P(int, 12), P(int, 13), P(int, 14));
        }
        extern "C" void launch(const char* name, int blocks, int threads, void** arguments) {
            blockDim.x = threads;
            for (blockIdx.x = 0; blockIdx.x < blocks; blockIdx.x++)
                for (threadIdx.x = 0; threadIdx.x < threads; threadIdx.x++) once(name, arguments);
        }
        """;

    private static readonly Lazy<nint> Function = new(Compile);

    /// <summary>Skips the running test on a machine without g++.</summary>
    public static MlpKernels Create()
    {
        Assert.SkipWhen(Function.Value == 0, "no g++");
        return new(Launch, () => null, null);
    }

    private static void Launch(string kernel, int blocks, ReadOnlySpan<ulong> arguments)
    {
        var pointers = stackalloc nint[arguments.Length];
        var name = Marshal.StringToCoTaskMemUTF8(kernel);
        fixed (ulong* slots = arguments)
        {
            for (var i = 0; i < arguments.Length; i++)
            {
                pointers[i] = (nint)(slots + i);
            }

            ((delegate* unmanaged<nint, int, int, nint*, void>)Function.Value)(name, blocks, MlpKernels.Threads, pointers);
        }

        Marshal.FreeCoTaskMem(name);
    }

    private static nint Compile()
    {
        using var stream = typeof(StackedMlpStep).Assembly.GetManifestResourceStream("Prunus.mlp_step.cu")!;
        using var reader = new StreamReader(stream);
        var folder = Directory.CreateTempSubdirectory("prunus-kernels-").FullName;
        var (source, library) = (Path.Combine(folder, "mlp_step.cpp"), Path.Combine(folder, "mlp_step.so"));
        File.WriteAllText(source, Before + reader.ReadToEnd() + After);
        try
        {
            using var compiler = Process.Start(new ProcessStartInfo("g++", ["-O1", "-w", "-shared", "-fPIC", "-o", library, source]))!;
            compiler.WaitForExit();
            Assert.Equal(0, compiler.ExitCode);
            return NativeLibrary.GetExport(NativeLibrary.Load(library), "launch");
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
