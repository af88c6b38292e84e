using System.Runtime.InteropServices;
using Prunus.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Lottery.Training;

/// <summary>
/// A training's step, recorded as one CUDA graph and launched as a whole: small nets' steps are hundreds of kernels, which take the host longer to queue than the device to do.
/// Batches and learning rates are copied to where the recorded work reads them. The first steps are done one kernel at a time; then one step is done both ways and compared, and where
/// recording fails or gives another step, all go on one kernel at a time.
/// </summary>
/// <param name="losses">A pass in training mode to losses [] or [members].</param>
/// <param name="gradients">Of these.</param>
/// <param name="ones">As <see cref="IGradients.Of"/> takes it.</param>
/// <param name="optimiser">Updates the weights.</param>
/// <param name="state">All tensors that a step changes, those together whose changes are of one kind: each group must end where it should.</param>
/// <param name="recorder">Records what an action queues, having done it once.</param>
internal sealed class RecordedStep(
    Func<TicketBatch, Tensor> losses, IGradients gradients, Tensor? ones, MaskedOptimiser optimiser, IReadOnlyList<IReadOnlyList<Tensor>> state, IStepRecorder recorder) : IDisposable
{
    /// <summary>Steps before the one that is recorded: libraries choose and load kernels in the first.</summary>
    internal const int Before = 3;

    // Of a step, in the L2 norm over a group of what it changes: products that sum in another order each time differ by far less, a wrong step by about one.
    private const double Tolerance = 0.2;

    private TicketBatch? _batch;
    private Tensor? _rate, _losses;
    private IRecording? _recording;
    private int _done;

    /// <summary>Why steps are not recorded, or null.</summary>
    public string? Fault { get; private set; }

    /// <summary>One step.</summary>
    /// <param name="batch">Its examples.</param>
    /// <param name="learningRate">Its rate.</param>
    /// <returns>Losses, owned by the caller's dispose scope.</returns>
    public Tensor Do(TicketBatch batch, double learningRate)
    {
        using var scope = NewDisposeScope();
        var fits = Place(batch, learningRate);
        if (!fits || (_recording is null && (Fault is not null || _done++ < Before)))
        {
            Work(batch);
        }
        else if (_recording is null)
        {
            Record();
        }
        else if (!_recording.Launch())
        {
            Fault = "the device ran out of memory, and that of the recorded step went to others";
            Drop();
            Work(batch);
        }

        optimiser.Count();
        return _losses!.clone().MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        Drop();
        foreach (var tensor in new[] { _batch?.Inputs, _batch?.Targets, _rate, _losses })
        {
            tensor?.Dispose();
        }
    }

    // Copies what the step reads to where it reads it; false for a batch of another shape than the first.
    private bool Place(TicketBatch batch, double learningRate)
    {
        using var noGradient = no_grad();
        _batch ??= new TicketBatch(empty_like(batch.Inputs).DetachFromDisposeScope(), empty_like(batch.Targets).DetachFromDisposeScope());
        _rate ??= Ops.Full([], learningRate, batch.Inputs.device).DetachFromDisposeScope();
        _rate.copy_(Ops.Full([], learningRate, batch.Inputs.device));
        if (!batch.Inputs.shape.SequenceEqual(_batch.Value.Inputs.shape))
        {
            return false;
        }

        _batch.Value.Inputs.copy_(batch.Inputs);
        _batch.Value.Targets.copy_(batch.Targets);
        return true;
    }

    // Returns where gradients lay, which is memory that the step took and gave back.
    private nint[] Work(TicketBatch batch)
    {
        using var scope = NewDisposeScope();
        var mean = losses(batch);
        var found = gradients.Of(mean, ones);
        optimiser.Queue(found, _rate!);
        using var noGradient = no_grad();
        var values = mean.detach().to(ScalarType.Float32);
        (_losses ??= zeros_like(values).DetachFromDisposeScope()).copy_(values);
        return [.. found.Select(TensorMemory.Address)];
    }

    // Does the step one kernel at a time, then again as recorded, from the same weights.
    private void Record()
    {
        using var noGradient = no_grad();
        var before = Copies();
        try
        {
            _recording = recorder.Record(() => Enabled(() => Work(_batch!.Value)));
        }
        catch (Exception e) when (e is PrunusRunException or ExternalException)
        {
            Fault = e.Message.Split('\n')[0];
            Set(before);
            _ = Enabled(() => Work(_batch!.Value));
            return;
        }

        var (expected, told) = (Copies(), _losses!.clone());
        Fault = Trial(before, expected);
        if (Fault is not null)
        {
            Drop();
            Set(expected);
            _losses.copy_(told);
        }
    }

    // Launches from where the step began; why the recording is not to be used, or null.
    private string? Trial(Tensor[][] before, Tensor[][] expected)
    {
        double[] moved = [.. state.Zip(before, Distance)];
        Set(before);
        try
        {
            if (!_recording!.Launch())
            {
                return "its memory went to others";
            }
        }
        catch (PrunusRunException e)
        {
            return e.Message.Split('\n')[0];
        }

        double[] apart = [.. state.Zip(expected, Distance)];
        return apart.Zip(moved).All(d => d.First <= Tolerance * d.Second) ? null
            : FormattableString.Invariant($"a recorded step ended {apart.Zip(moved, (a, m) => a / m).Max():P0} of a step elsewhere");
    }

    private void Drop()
    {
        _recording?.Dispose();
        _recording = null;
    }

    private static nint[] Enabled(Func<nint[]> work)
    {
        using var gradient = enable_grad();
        return work();
    }

    private Tensor[][] Copies() => [.. state.Select(group => group.Select(t => t.clone()).ToArray())];

    private void Set(Tensor[][] values)
    {
        foreach (var (tensor, value) in state.SelectMany(group => group).Zip(values.SelectMany(group => group)))
        {
            tensor.copy_(value);
        }
    }

    private static double Distance(IReadOnlyList<Tensor> tensors, IReadOnlyList<Tensor> values) => Math.Sqrt(tensors.Zip(values, (t, v) =>
    {
        using var difference = t.sub(v);
        using var square = difference.mul(difference).sum(ScalarType.Float64);
        return square.item<double>();
    }).Sum());
}

/// <summary>Work that was recorded.</summary>
internal interface IRecording : IDisposable
{
    /// <summary>Queues it.</summary>
    /// <returns>False where the memory that it works in went to others: nothing was queued, and never will be.</returns>
    bool Launch();
}

/// <summary>Records work on a device.</summary>
internal interface IStepRecorder : IDisposable
{
    /// <summary>Does the work once, then records it.</summary>
    /// <param name="work">Returns addresses in memory that it took and gave back.</param>
    /// <exception cref="PrunusRunException">It can't be recorded.</exception>
    IRecording Record(Func<nint[]> work);
}
