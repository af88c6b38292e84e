namespace Prunus.Native;

/// <summary>libtorch's switch for algorithms that give the same bits each time.</summary>
public static unsafe class Determinism
{
    private static readonly delegate* unmanaged<nint> Context =
        (delegate* unmanaged<nint>)Libtorch.Symbol(LibtorchLocation.CpuLibrary, "_ZN2at13globalContextEv");

    private static readonly delegate* unmanaged<nint, byte, byte, void> SetAlgorithms =
        (delegate* unmanaged<nint, byte, byte, void>)Libtorch.Symbol(LibtorchLocation.CpuLibrary, "_ZN2at7Context26setDeterministicAlgorithmsEbb");

    private static readonly delegate* unmanaged<nint, byte, void> SetFill =
        (delegate* unmanaged<nint, byte, void>)Libtorch.Symbol(LibtorchLocation.CpuLibrary, "_ZN2at7Context39setDeterministicFillUninitializedMemoryEb");

    /// <summary>
    /// Switches it for the whole process. An operation without a deterministic form then fails rather than differ; on CUDA, switch it on
    /// before the first matrix product (cuBLAS reads its workspace setting once).
    /// </summary>
    public static void Set(bool deterministic)
    {
        if (deterministic)
        {
            DynamicLinker.SetDefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8");
        }

        SetAlgorithms(Context(), deterministic ? (byte)1 : (byte)0, 0);

        // Filling fresh memory finds bugs of operators, not ours, and costs a pass over it.
        SetFill(Context(), 0);
    }
}
