namespace Prunus.Native.Cuda;

/// <summary>Does something when it is disposed.</summary>
internal sealed class OnDispose(Action action) : IDisposable
{
    public void Dispose() => action();
}
