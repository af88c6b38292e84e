using System.Buffers;
using System.IO.MemoryMappedFiles;

namespace Prunus.Checkpoints;

/// <summary>The bytes of one file, memory-mapped or given; all readers of this folder stand on it, so none needs the disk.</summary>
internal sealed unsafe class FileBytes : IDisposable
{
    private readonly MemoryMappedFile? _map;
    private readonly MemoryMappedViewAccessor? _view;
    private MemoryHandle _handle;
    private byte* _start;

    private FileBytes(string name, long length, MemoryMappedFile map, MemoryMappedViewAccessor view)
    {
        (Name, Length, _map, _view) = (name, length, map, view);
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref _start);
    }

    /// <summary>Takes bytes in memory; <paramref name="name"/> is what errors say.</summary>
    public FileBytes(string name, ReadOnlyMemory<byte> bytes)
    {
        (Name, Length) = (name, bytes.Length);
        _handle = bytes.Pin();
        _start = (byte*)_handle.Pointer;
    }

    /// <summary>Path, as errors name it.</summary>
    public string Name { get; }

    public long Length { get; }

    /// <summary>Maps a file for reading.</summary>
    /// <exception cref="PrunusInputException">It is absent or cannot be read.</exception>
    public static FileBytes Map(string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
            var length = stream.Length;
            if (length == 0)
            {
                return new FileBytes(path, ReadOnlyMemory<byte>.Empty);
            }

            var map = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
            return new FileBytes(path, length, map, map.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new PrunusInputException(path, "does not exist", "check the path", e);
        }
        catch (UnauthorizedAccessException e) when (Directory.Exists(path))
        {
            throw new PrunusInputException(path, "is a folder", "name a file in it", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new PrunusInputException(path, "cannot be read: " + e.Message, "check its permissions and that it is a regular file", e);
        }
    }

    /// <summary>A window on the bytes; the caller has checked it against its own header, this checks it against the file.</summary>
    public ReadOnlySpan<byte> Span(long start, int count)
    {
        ObjectDisposedException.ThrowIf(_start == null && Length > 0, this);
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start, Length - count);
        return new ReadOnlySpan<byte>(_start + start, count);
    }

    /// <summary>The whole file, refused when longer than <paramref name="limit"/> bytes.</summary>
    public ReadOnlySpan<byte> All(int limit) => Length <= limit
        ? Span(0, (int)Length)
        : throw new PrunusInputException(Name, $"has {Length} bytes, more than the {limit} such a file may have", "check that it is the right file");

    public void Dispose()
    {
        if (_start != null && _view is not null)
        {
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
        }

        _start = null;
        _view?.Dispose();
        _map?.Dispose();
        _handle.Dispose();
        _handle = default;
    }
}
