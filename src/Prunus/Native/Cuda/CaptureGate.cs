namespace Prunus.Native.Cuda;

/// <summary>
/// Keeps passes back through a graph of operators apart from recordings: libtorch does them all on one thread of its own per device, whose handles of cuDNN and cuBLAS would go from a
/// stream that is being recorded to one that isn't. Nets with normalisations were seen to fail in cuDNN so.
/// </summary>
internal static class CaptureGate
{
    private static readonly ReaderWriterLockSlim Lock = new(LockRecursionPolicy.SupportsRecursion);

    /// <summary>Recordings that wait.</summary>
    internal static int Waiting => Lock.WaitingWriteCount;

    /// <summary>For a pass back that may run beside others, until the result is disposed. Free within this thread's own recording.</summary>
    public static IDisposable Pass()
    {
        Lock.EnterReadLock();
        return new OnDispose(Lock.ExitReadLock);
    }

    /// <summary>For a recording, which waits for all passes and holds up new ones until the result is disposed.</summary>
    public static IDisposable Recording()
    {
        Lock.EnterWriteLock();
        return new OnDispose(Lock.ExitWriteLock);
    }
}
