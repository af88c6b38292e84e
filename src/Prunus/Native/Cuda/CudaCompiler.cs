using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Prunus.Native.Cuda;

/// <summary>NVRTC, the CUDA C++ compiler that ships inside PyTorch's wheels.</summary>
internal static unsafe class CudaCompiler
{
    private static readonly Lazy<nint> Library = new(Find);

    /// <summary>Whether the compiler is there.</summary>
    public static bool Exists => Library.Value != 0;

    /// <summary>Compiles CUDA C++ (no headers) to machine code.</summary>
    /// <param name="name">File name in messages.</param>
    /// <param name="source">The text.</param>
    /// <param name="capability">Compute capability times ten: 90 for an H100.</param>
    /// <exception cref="PrunusRunException">There is no compiler, or it finds an error.</exception>
    public static byte[] Compile(string name, string source, int capability)
    {
        if (!Exists)
        {
            throw new PrunusRunException("NVRTC", "is not beside the libtorch in use", "use PyTorch's own wheels to have fused kernels");
        }

        nint program = 0;
        var text = Marshal.StringToCoTaskMemUTF8(source);
        var title = Marshal.StringToCoTaskMemUTF8(name);
        try
        {
            Check(name, ((delegate* unmanaged<nint*, byte*, byte*, int, nint, nint, int>)Call("nvrtcCreateProgram"))(&program, (byte*)text, (byte*)title, 0, 0, 0));
            var status = Run(program, ["--std=c++17", string.Create(CultureInfo.InvariantCulture, $"--gpu-architecture=sm_{capability}")]);
            return status == 0 ? Code(name, program) : throw new PrunusRunException(name, $"doesn't compile: {Log(program)}", "report it with the output of 'prunus doctor'");
        }
        finally
        {
            Marshal.FreeCoTaskMem(text);
            Marshal.FreeCoTaskMem(title);
            if (program != 0)
            {
                _ = ((delegate* unmanaged<nint*, int>)Call("nvrtcDestroyProgram"))(&program);
            }
        }
    }

    private static int Run(nint program, string[] options)
    {
        var pointers = stackalloc nint[options.Length];
        for (var i = 0; i < options.Length; i++)
        {
            pointers[i] = Marshal.StringToCoTaskMemUTF8(options[i]);
        }

        var status = ((delegate* unmanaged<nint, int, nint*, int>)Call("nvrtcCompileProgram"))(program, options.Length, pointers);
        for (var i = 0; i < options.Length; i++)
        {
            Marshal.FreeCoTaskMem(pointers[i]);
        }

        return status;
    }

    private static byte[] Code(string name, nint program)
    {
        nuint size = 0;
        Check(name, ((delegate* unmanaged<nint, nuint*, int>)Call("nvrtcGetCUBINSize"))(program, &size));
        var code = new byte[size];
        fixed (byte* start = code)
        {
            Check(name, ((delegate* unmanaged<nint, byte*, int>)Call("nvrtcGetCUBIN"))(program, start));
        }

        return code;
    }

    private static string Log(nint program)
    {
        nuint size = 0;
        _ = ((delegate* unmanaged<nint, nuint*, int>)Call("nvrtcGetProgramLogSize"))(program, &size);
        var log = new byte[size + 1];
        fixed (byte* start = log)
        {
            _ = ((delegate* unmanaged<nint, byte*, int>)Call("nvrtcGetProgramLog"))(program, start);
        }

        return Encoding.UTF8.GetString(log).TrimEnd('\0', '\n').ReplaceLineEndings(" ");
    }

    private static void Check(string name, int status)
    {
        if (status != 0)
        {
            throw new PrunusRunException(name, $"NVRTC fails with code {status}", "report it with the output of 'prunus doctor'");
        }
    }

    private static nint Call(string function) => NativeLibrary.GetExport(Library.Value, function);

    private static nint Find()
    {
        if (Libtorch.Load().Location is not { HasCuda: true } location)
        {
            return 0;
        }

        // torch/lib/libcaffe2_nvrtc.so is linked to the compiler of its wheel, so that the linker finds that one by itself.
        var torch = new DirectoryInfo(location.Folder);
        var wheels = new DirectoryInfo(Path.Combine(torch.Parent?.Parent?.FullName ?? "/", "nvidia"));
        var candidates = new[] { Path.Combine(torch.FullName, "libcaffe2_nvrtc.so") }
            .Concat(wheels.Exists ? wheels.EnumerateFiles("libnvrtc.so*", SearchOption.AllDirectories).Select(f => f.FullName).Order(StringComparer.Ordinal) : [])
            .Concat(["libnvrtc.so.13", "libnvrtc.so.12", "libnvrtc.so"]);
        foreach (var candidate in candidates)
        {
            if (NativeLibrary.TryLoad(candidate, out var library) && NativeLibrary.TryGetExport(library, "nvrtcGetCUBIN", out _))
            {
                return library;
            }
        }

        return 0;
    }
}
