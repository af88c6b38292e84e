using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Prunus.Checkpoints;
using Prunus.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Lottery.Training;

/// <summary>The states that a masked training resumes from, and its snapshots as files of their own beside them.</summary>
internal sealed class MaskedStates(string folder, string identity, ITicketNet net, IOptimiserMemory optimiser)
{
    private readonly StateFolder _states = new(Path.Combine(folder, "states"), "prunus-masked-training/1", identity);

    /// <summary>What a training is, from its options, start weights and masks. To be taken before the start.</summary>
    public static string Identity(ITicketNet net, IReadOnlyDictionary<string, Tensor>? masks, string options)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{net.Architecture}|{net.Members}|{options}"));
        foreach (var (name, tensor) in net.Parameters.Concat(net.Buffers).Concat(masks ?? new Dictionary<string, Tensor>()))
        {
            using var scope = NewDisposeScope();
            hash.AppendData(Encoding.UTF8.GetBytes(name));
            hash.AppendData(tensor.detach().cpu().contiguous().bytes);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    public void Save(int step, CurveRecorder curves) =>
        _states.Save(step, get_num_threads(), Tensors().Select(t => TensorFile.Source(t.Name, t.Tensor)).Concat(curves.Sources()));

    /// <summary>Takes over the newest state; returns its step, or null when there is none.</summary>
    public int? Restore(CurveRecorder curves, int firstStep)
    {
        if (_states.Newest() is not var (step, threads, tensors))
        {
            return null;
        }

        using var file = SafetensorsFile.Open(tensors);
        foreach (var (name, tensor) in Tensors())
        {
            TensorFile.Read(file, name, tensor);
        }

        curves.Read(file, step - firstStep);
        optimiser.Restored(optimiser.StepCount + step - firstStep);
        set_num_threads(threads);
        return step;
    }

    /// <summary>Keeps a snapshot; the same one again writes the same bytes.</summary>
    public void Save(TicketSnapshot snapshot)
    {
        Directory.CreateDirectory(folder);
        snapshot.Write(SnapshotPath(snapshot.Step));
    }

    /// <summary>A snapshot that a state says was taken.</summary>
    public TicketSnapshot Snapshot(int step) => TicketSnapshot.Read(SnapshotPath(step), net, optimiser as MaskedOptimiser);

    private string SnapshotPath(int step) => Path.Combine(folder, $"snapshot-{step.ToString("D8", CultureInfo.InvariantCulture)}.safetensors");

    private IEnumerable<(string Name, Tensor Tensor)> Tensors() =>
        net.Parameters.Select(p => ("weight." + p.Key, p.Value)).Concat(net.Buffers.Select(b => ("buffer." + b.Key, b.Value)))
            .Concat(optimiser.State().Select(s => ("state." + s.Name, s.Tensor)));
}
