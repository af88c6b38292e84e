namespace Prunus.Native;

/// <summary>
/// TorchScript's executor, told to run our functions as they stand. Each is one operator or a short chain of them: profiling runs, specialising
/// on shapes and compiling fusions cost the host far more than they bring.
/// </summary>
internal static unsafe class ScriptExecutor
{
    /// <summary>Switches profiling and optimisation off for the whole process. Before the first script is compiled.</summary>
    public static void Simplify()
    {
        Flag("_ZN5torch3jit16getProfilingModeEv") = 0;
        Flag("_ZN5torch3jit15getExecutorModeEv") = 0;
        ((delegate* unmanaged<byte, void>)Libtorch.Symbol(LibtorchLocation.CpuLibrary, "_ZN5torch3jit24setGraphExecutorOptimizeEb"))(0);
    }

    // Both functions return a reference to a std::atomic<bool>.
    private static ref byte Flag(string symbol) => ref *((delegate* unmanaged<byte*>)Libtorch.Symbol(LibtorchLocation.CpuLibrary, symbol))();
}
