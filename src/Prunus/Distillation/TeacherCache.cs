using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Prunus.Decoders;
using Prunus.Native;
using Prunus.Runs;
using Prunus.Training;
using TorchSharp;

namespace Prunus.Distillation;

/// <summary>
/// What a teacher says of each sequence, kept on disk: its states after the final norm [T,H], whose product with its output head are its logits. That is V/H times less
/// than the logits and nothing is rounded. A sequence is found by its tokens and the teacher's weights, whatever the batch or the training it comes in (whose shape the last bits may tell); a damaged file counts as none.
/// </summary>
public sealed class TeacherCache
{
    private const int HashBytes = SHA256.HashSizeInBytes;
    private const long PieceElements = 64 << 20;
    private static readonly JsonSerializerOptions Settings = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };
    private static readonly ConditionalWeakTable<Decoder, string> Fingerprints = [];
    private readonly string _folder;
    private readonly Decoder _teacher;

    /// <param name="folder">Where files go; several processes and teachers may share it.</param>
    /// <param name="teacher">Teacher; its weights must not change. Not owned.</param>
    /// <exception cref="PrunusInputException">The folder cannot be made.</exception>
    public TeacherCache(string folder, Decoder teacher)
    {
        ArgumentNullException.ThrowIfNull(teacher);
        _teacher = teacher;
        _folder = Path.Combine(folder, $"{Fingerprints.GetValue(teacher, Fingerprint)}-{teacher.Type.ToString().ToLowerInvariant()}");
        try
        {
            Directory.CreateDirectory(_folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PrunusInputException("--teacher-cache", $"{folder}: {e.Message.TrimEnd('.')}", "name a folder that can be written", e);
        }
    }

    /// <summary>States of a micro-batch [B,T,H] in the teacher's type on its device; without gradients.</summary>
    /// <param name="batch">Its tokens on the host must be given.</param>
    public torch.Tensor States(TokenBatch batch)
    {
        using var noGradient = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        var (rows, length) = (batch.Ids.size(0), batch.Ids.size(1));
        var paths = Enumerable.Range(0, (int)rows).Select(row => PathOf(batch.Row(row))).ToArray();
        var near = torch.empty([rows, length, _teacher.Config.Hidden], dtype: _teacher.Type);
        var missing = Enumerable.Range(0, (int)rows).Where(row => !Read(paths[row], near[row])).ToArray();
        if (missing.Length > 0)
        {
            // The whole micro-batch, but only what is missing is taken: what was found counts, however often a step is repeated.
            var fetched = _teacher.Body(batch.Ids).cpu().contiguous();
            foreach (var row in missing)
            {
                near[row].copy_(fetched[row]);
                Write(paths[row], fetched[row]);
            }
        }

        return near.to(_teacher.Device).MoveToOuterDisposeScope();
    }

    private static bool Read(string path, torch.Tensor row)
    {
        try
        {
            using var stream = File.OpenRead(path);
            var values = Bytes(row);
            Span<byte> hash = stackalloc byte[HashBytes], actual = stackalloc byte[HashBytes];
            if (stream.Length != HashBytes + values.Length)
            {
                return false;
            }

            stream.ReadExactly(hash);
            stream.ReadExactly(values);
            SHA256.HashData(values, actual);
            return hash.SequenceEqual(actual);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static void Write(string path, torch.Tensor row)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            AtomicFile.Write(path, stream =>
            {
                var values = Bytes(row);
                stream.Write(SHA256.HashData(values));
                stream.Write(values);
            });
        }
        catch (IOException) when (File.Exists(path))
        {
            // Another process was faster with the same sequence.
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PrunusInputException("--teacher-cache", $"{path}: {e.Message.TrimEnd('.')}", "make room, or leave the option out; the same command then goes on", e);
        }
    }

    private static unsafe Span<byte> Bytes(torch.Tensor values) => new((void*)TensorMemory.Address(values), checked((int)(values.numel() * values.element_size())));

    private string PathOf(ReadOnlySpan<int> tokens)
    {
        var name = ContentHash.Of(MemoryMarshal.AsBytes(tokens), 40);
        return Path.Combine(_folder, name[..2], name[2..]);
    }

    // Weights and configuration: together they are the teacher. Pieces, since a span ends at 2 GiB.
    private static string Fingerprint(Decoder teacher)
    {
        using var noGradient = torch.no_grad();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(JsonSerializer.SerializeToUtf8Bytes(teacher.Config, Settings));
        foreach (var (name, parameter) in teacher.Parameters.OrderBy(p => p.Key, StringComparer.Ordinal))
        {
            using var scope = torch.NewDisposeScope();
            hash.AppendData(System.Text.Encoding.UTF8.GetBytes(name));
            var flat = parameter.detach().cpu().contiguous().flatten();
            for (long first = 0; first < flat.numel(); first += PieceElements)
            {
                hash.AppendData(Bytes(flat.narrow(0, first, Math.Min(PieceElements, flat.numel() - first))));
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }
}
