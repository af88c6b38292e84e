using Prunus.Checkpoints;
using Prunus.Lottery.Masks;
using Prunus.Lottery.Tickets;
using Prunus.Training;

namespace Prunus.Lottery.Kinds;

/// <summary>What a net takes on disk.</summary>
internal static class SparsityBytes
{
    /// <summary>Writes the files, measures them and deletes them again.</summary>
    /// <param name="net">Trained, masked.</param>
    /// <param name="masks">What is kept.</param>
    /// <param name="folder">Where there is room for them.</param>
    public static IEnumerable<(string Metric, double Bytes)> Of(ITicketNet net, MaskSet masks, string folder)
    {
        var path = Path.Combine(Directory.CreateDirectory(folder).FullName, "net.bytes");
        SafetensorsWriter.Write(path, net.Parameters.Concat(net.Buffers).Select(t => TensorFile.Source(t.Key, t.Value)));
        yield return (SparsityMetrics.BytesDense, new FileInfo(path).Length);
        TicketFile.Write(path, TicketNets.Capture(net, "trained", 0, masks, 1));
        yield return (SparsityMetrics.BytesTicket, new FileInfo(path).Length);
        File.Delete(path);
        yield return (SparsityMetrics.BytesSparse, net.Tensors.Sum(t => masks.Covers(t.Name) ? Sparse(masks[t.Name]) : 4 * t.ElementCount));
    }

    // A kept weight: value and column number of 16 bits; a row: where it begins. A matrix that would take less with its zeros keeps them.
    private static long Sparse(Mask mask) => Math.Min(4L * mask.Count, (6L * mask.Kept) + (4 * (mask.Shape[0] + 1)));
}
