using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Prunus.Checkpoints;

/// <summary>Identity of a set of tensors; see <see cref="Checkpoint.Fingerprint"/>.</summary>
internal static class CheckpointFingerprint
{
    private const int Window = 32 << 10;

    public delegate void BytesReader(string name, long start, Span<byte> destination);

    /// <summary>Hex SHA-256 over name, stored type, shape and the first and last 32 KiB of every tensor.</summary>
    public static string Of(IEnumerable<TensorEntry> tensors, BytesReader read)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var window = new byte[Window];
        foreach (var tensor in tensors.OrderBy(t => t.Name, StringComparer.Ordinal))
        {
            Append(hash, Encoding.UTF8.GetBytes(tensor.Name));
            Append(hash, Encoding.UTF8.GetBytes(tensor.StoredAs));
            Append(hash, tensor.Shape.Count);
            foreach (var dimension in tensor.Shape)
            {
                Append(hash, dimension);
            }

            Append(hash, tensor.ByteCount);
            var first = (int)Math.Min(Window, tensor.ByteCount);
            var last = (int)Math.Min(Window, tensor.ByteCount - first);
            read(tensor.Name, 0, window.AsSpan(0, first));
            hash.AppendData(window, 0, first);
            read(tensor.Name, tensor.ByteCount - last, window.AsSpan(0, last));
            hash.AppendData(window, 0, last);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void Append(IncrementalHash hash, byte[] text)
    {
        Append(hash, text.Length);
        hash.AppendData(text);
    }

    private static void Append(IncrementalHash hash, long number)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        hash.AppendData(bytes);
    }
}
