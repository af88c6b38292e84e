using System.Buffers;
using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Prunus.Checkpoints;

/// <summary>Writes safetensors files: under a temporary name first, so that a file with its name is whole.</summary>
public static class SafetensorsWriter
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>
    /// Writes the tensors by falling element size, then name (each lies aligned, and the same tensors give the same bytes). Values are
    /// asked for one tensor at a time. An existing file is replaced.
    /// </summary>
    /// <param name="path">File to write.</param>
    /// <param name="tensors">What to write.</param>
    /// <param name="metadata">Strings for <c>__metadata__</c>, or null for none.</param>
    /// <exception cref="ArgumentException">A name is there twice, or a type cannot be written.</exception>
    /// <exception cref="InvalidOperationException">A source gave more or fewer bytes than its shape has.</exception>
    /// <exception cref="PrunusRunException">The disk is full or fails.</exception>
    public static void Write(string path, IEnumerable<TensorSource> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        var temporary = path + ".partial";
        try
        {
            using (var stream = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16))
            {
                Write(stream, tensors, metadata);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception e)
        {
            DeleteQuietly(temporary);
            if (e is IOException or UnauthorizedAccessException)
            {
                throw new PrunusRunException(path, "cannot be written: " + e.Message.TrimEnd('.'), "choose another place, or free space where the disk is full", e);
            }

            throw;
        }
    }

    internal static void Write(Stream stream, IEnumerable<TensorSource> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        var ordered = tensors.OrderByDescending(t => SafetensorsTypes.Bits(t.Type)).ThenBy(t => t.Name, StringComparer.Ordinal).ToList();
        stream.Write(Header(ordered, metadata));
        foreach (var tensor in ordered)
        {
            var written = 0L;
            foreach (var piece in tensor.Bytes())
            {
                stream.Write(piece.Span);
                written += piece.Length;
            }

            if (written != ByteCount(tensor))
            {
                throw new InvalidOperationException($"The source of tensor '{tensor.Name}' gave {written} bytes where its shape has {ByteCount(tensor)}.");
            }
        }
    }

    internal static long ByteCount(TensorSource tensor) =>
        checked(tensor.Shape.Aggregate(1L, (n, d) => checked(n * d)) * (SafetensorsTypes.Bits(tensor.Type) / 8));

    private static byte[] Header(List<TensorSource> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            if (metadata is { Count: > 0 })
            {
                json.WriteStartObject("__metadata__");
                foreach (var (key, value) in metadata.OrderBy(m => m.Key, StringComparer.Ordinal))
                {
                    json.WriteString(key, value);
                }

                json.WriteEndObject();
            }

            var offset = 0L;
            var names = new HashSet<string>(StringComparer.Ordinal) { "__metadata__" };
            foreach (var tensor in tensors)
            {
                if (!names.Add(tensor.Name) || SafetensorsTypes.Bits(tensor.Type) < 8)
                {
                    throw new ArgumentException($"Tensor '{tensor.Name}' is there twice or of a type that is not written ({tensor.Type}).", nameof(tensors));
                }

                Entry(json, tensor, ref offset);
            }

            json.WriteEndObject();
        }

        var padded = (buffer.WrittenCount + 7) / 8 * 8;
        var header = new byte[8 + padded];
        BinaryPrimitives.WriteInt64LittleEndian(header, padded);
        header.AsSpan(8).Fill((byte)' ');
        buffer.WrittenSpan.CopyTo(header.AsSpan(8));
        return header;
    }

    private static void Entry(Utf8JsonWriter json, TensorSource tensor, ref long offset)
    {
        json.WriteStartObject(tensor.Name);
        json.WriteString("dtype", SafetensorsTypes.Name(tensor.Type));
        json.WriteStartArray("shape");
        foreach (var size in tensor.Shape)
        {
            json.WriteNumberValue(size);
        }

        json.WriteEndArray();
        json.WriteStartArray("data_offsets");
        json.WriteNumberValue(offset);
        json.WriteNumberValue(offset += ByteCount(tensor));
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void DeleteQuietly(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The first failure is the one to tell.
        }
    }
}
