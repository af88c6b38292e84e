using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Prunus.Lottery.Sparse;

/// <summary>Memory that begins on a cache line, so that no vector load of 64 bytes touches two.</summary>
internal sealed unsafe class AlignedBuffer<T> : SafeHandle
    where T : unmanaged
{
    /// <summary>Zeros.</summary>
    public AlignedBuffer(int count)
        : base(0, ownsHandle: true)
    {
        Count = count;
        var bytes = (nuint)Math.Max(count, 1) * (nuint)Unsafe.SizeOf<T>();
        SetHandle((nint)NativeMemory.AlignedAlloc(bytes, 64));
        NativeMemory.Clear((void*)handle, bytes);
    }

    public AlignedBuffer(ReadOnlySpan<T> values)
        : this(values.Length) => values.CopyTo(Span);

    public int Count { get; }

    public T* Pointer => (T*)handle;

    public Span<T> Span => new((void*)handle, Count);

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        NativeMemory.AlignedFree((void*)handle);
        return true;
    }
}
