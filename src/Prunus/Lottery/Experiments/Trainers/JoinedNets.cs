using Prunus.Lottery.Masks;
using Prunus.Lottery.Stacking;
using Prunus.Lottery.Training;
using Prunus.Vision;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Lottery.Experiments.Trainers;

/// <summary>Nets that are trained together: a single one as it is, several as a stack, which is taken apart in the end.</summary>
internal sealed class JoinedNets : IDisposable
{
    private readonly IReadOnlyList<TicketBeginning> _starts;
    private readonly VisionStack? _stack;
    private readonly FrozenNet? _frozen;

    public JoinedNets(IReadOnlyList<TicketBeginning> starts, Device device)
    {
        using var scope = NewDisposeScope();
        _starts = starts;
        _stack = starts.Count == 1 ? null : VisionStack.Of([.. starts.Select(s => Single(s.Net))]);
        Masks = _stack is null ? MaskTensors.Of(starts[0].Masks, device) : MaskTensors.Of([.. starts.Select(s => s.Masks)], device);
        foreach (var mask in Masks.Values)
        {
            mask.DetachFromDisposeScope();
        }

        if (starts[0].Frozen is { } held)
        {
            _frozen = new FrozenNet(Whole, held.Keys.ToDictionary(name => name, name => Frozen(name, device)));
        }
    }

    /// <summary>What is trained.</summary>
    public ITicketNet Net => _frozen is null ? Whole : _frozen;

    private ITicketNet Whole => _stack is null ? _starts[0].Net : _stack;

    /// <summary>Its masks.</summary>
    public IReadOnlyDictionary<string, Tensor> Masks { get; }

    /// <summary>Gives each net its last weights, held ones too, and each training its part of the result.</summary>
    /// <param name="result">Of all; used up.</param>
    public IReadOnlyList<MaskedTrainingResult> Part(MaskedTrainingResult result)
    {
        if (_stack is null)
        {
            Thaw(_starts[0]);
            return [result];
        }

        using (result)
        {
            for (var m = 0; m < _starts.Count; m++)
            {
                _stack.CopyTo(m, Single(_starts[m].Net));
                Thaw(_starts[m]);
            }

            return [.. _starts.Select((_, m) => new MaskedTrainingResult([result.Members[m]], result.Snapshots.ToDictionary(s => s.Key, s => Part(s.Value, m)), result.ResumedFrom))];
        }
    }

    public void Dispose()
    {
        foreach (var mask in Masks.Values)
        {
            mask.Dispose();
        }

        _frozen?.Dispose();
        _stack?.Dispose();
    }

    // Of all members, or of the only one; those of a stack all hold pruned weights, or none does (TicketStack).
    private Tensor Frozen(string name, Device device)
    {
        var shape = _starts[0].Net.Parameters[name].shape;
        Tensor[] each = [.. _starts.Select(s => tensor(s.Frozen![name], shape).to(device))];
        return _stack is null ? each[0] : stack(each);
    }

    private static void Thaw(TicketBeginning start)
    {
        using var noGradient = no_grad();
        foreach (var (name, values) in start.Frozen ?? new Dictionary<string, float[]>())
        {
            using var scope = NewDisposeScope();
            var weight = start.Net.Parameters[name];
            Native.Ops.AddInPlace(weight, tensor(values, weight.shape).to(weight.device));
        }
    }

    // Nets of other kinds are trained by themselves.
    private static VisionNet Single(ITicketNet net) => ((VisionTicketNet)net).Net;

    private static TicketSnapshot Part(TicketSnapshot all, int member)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        return new(all.Step, Of(all.Parameters), Of(all.Buffers));

        Dictionary<string, Tensor> Of(IReadOnlyDictionary<string, Tensor> tensors) => tensors.ToDictionary(t => t.Key, t => t.Value[member].clone().DetachFromDisposeScope());
    }
}
