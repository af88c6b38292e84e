using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Prunus.Native;

/// <summary>The few calls of glibc's dynamic linker and environment that .NET has no words for.</summary>
internal static unsafe class DynamicLinker
{
    private const int Now = 2;
    private const int Global = 0x100;

    private static readonly nint Libc = NativeLibrary.Load("libc.so.6");

    // Function pointers, because the runtime's own P/Invoke resolution clears dlerror's text.
    private static readonly delegate* unmanaged<byte*, int, nint> Dlopen = (delegate* unmanaged<byte*, int, nint>)Export("dlopen");
    private static readonly delegate* unmanaged<byte*> Dlerror = (delegate* unmanaged<byte*>)Export("dlerror");

    /// <summary>Loads a library, resolving every symbol now.</summary>
    /// <param name="path">Path of the file.</param>
    /// <param name="shareSymbols">Whether libraries loaded later may bind to its symbols.</param>
    /// <param name="error">The linker's message when it fails.</param>
    /// <returns>The handle, or 0.</returns>
    public static nint Open(string path, bool shareSymbols, out string error)
    {
        var text = Marshal.StringToCoTaskMemUTF8(path);
        var handle = Dlopen((byte*)text, Now | (shareSymbols ? Global : 0));
        error = handle == 0 ? Marshal.PtrToStringUTF8((nint)Dlerror()) ?? "unknown error" : "";
        Marshal.FreeCoTaskMem(text);
        return handle;
    }

    /// <summary>Loads a library from bytes, without touching a disk.</summary>
    public static nint OpenImage(string name, byte[] image, out string error)
    {
        var text = Marshal.StringToCoTaskMemUTF8(name);
        var file = ((delegate* unmanaged<byte*, uint, int>)Export("memfd_create"))((byte*)text, 0);
        Marshal.FreeCoTaskMem(text);
        if (file < 0)
        {
            error = "the kernel refuses memfd_create";
            return 0;
        }

        using var stream = new FileStream(new SafeFileHandle(file, ownsHandle: true), FileAccess.Write);
        stream.Write(image);
        stream.Flush();
        return Open(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"/proc/self/fd/{file}"), shareSymbols: true, out error);
    }

    /// <summary>Sets a variable of the C environment, which Environment.SetEnvironmentVariable doesn't reach; an existing value stays.</summary>
    public static void SetDefault(string variable, string value)
    {
        var name = Marshal.StringToCoTaskMemUTF8(variable);
        var text = Marshal.StringToCoTaskMemUTF8(value);
        ((delegate* unmanaged<byte*, byte*, int, int>)Export("setenv"))((byte*)name, (byte*)text, 0);
        Marshal.FreeCoTaskMem(name);
        Marshal.FreeCoTaskMem(text);
    }

    /// <summary>glibc's mallopt.</summary>
    public static void SetMalloc(int parameter, int value) =>
        ((delegate* unmanaged<int, int, int>)Export("mallopt"))(parameter, value);

    /// <summary>Version of the running glibc, such as 2.36.</summary>
    public static string GlibcVersion =>
        Marshal.PtrToStringUTF8((nint)((delegate* unmanaged<byte*>)Export("gnu_get_libc_version"))()) ?? "unknown";

    /// <summary>A symbol of any library that was loaded with shared symbols, or 0.</summary>
    public static nint FindGlobal(string symbol) =>
        NativeLibrary.TryGetExport(NativeLibrary.GetMainProgramHandle(), symbol, out var address) ? address : 0;

    private static nint Export(string name) => NativeLibrary.GetExport(Libc, name);
}
