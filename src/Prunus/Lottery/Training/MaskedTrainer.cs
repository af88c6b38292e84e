using Prunus.Lottery.Stacking;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Lottery.Training;

/// <summary>
/// The training loop of the lab: a net or a stack under masks, from one step of a schedule to another. Nothing waits for the device between evaluations. Resumes from
/// the newest state in its folder; on a CPU a resumed training gives the same bytes as an uninterrupted one.
/// </summary>
/// <param name="net">Trained in place; not owned.</param>
/// <param name="batches">Batch of the step that follows so many steps done: a pure function of that number, called in a dispose scope that frees the tensors.</param>
/// <param name="options">The training.</param>
/// <param name="masks">0/1 tensors by the names of the parameters they mask, of their shapes (of a stack with [members,…]); null = dense. Not owned.</param>
public sealed class MaskedTrainer(ITicketNet net, Func<int, TicketBatch> batches, MaskedTrainingOptions options, IReadOnlyDictionary<string, Tensor>? masks = null)
{
    private readonly IStepper? _stepper;

    /// <summary>A training by written-out steps.</summary>
    /// <param name="net">What the stepper trains.</param>
    /// <param name="stepper">Does the steps; not owned.</param>
    /// <param name="options">The training. Its optimiser is the stepper's; snapshots have no state of it.</param>
    /// <param name="masks">Those of the stepper.</param>
    public MaskedTrainer(ITicketNet net, IStepper stepper, MaskedTrainingOptions options, IReadOnlyDictionary<string, Tensor>? masks = null)
        : this(net, _ => throw new InvalidOperationException("a stepper has its own batches"), options, masks) => _stepper = stepper;

    /// <summary>What early stopping looks at, or null.</summary>
    public EvaluationSet? Validation { get; init; }

    /// <summary>What accuracies are reported of, or null.</summary>
    public EvaluationSet? Test { get; init; }

    /// <summary>A teacher, or null.</summary>
    public TicketDistillation? Distillation { get; init; }

    /// <summary>
    /// Makes a recorder for steps that always queue the same work on the device (no draws from the host), or null: each kernel is queued by itself. Default null.
    /// </summary>
    internal Func<IStepRecorder>? Recorder { get; init; }

    /// <summary>Why steps were not recorded though there is a recorder, or null. After the training.</summary>
    internal string? RecordingFault { get; private set; }

    /// <summary>Optimiser state to start from instead of a fresh one (rewinding with kept state), or null.</summary>
    public OptimiserState? State { get; init; }

    /// <summary>Trains to the last step.</summary>
    /// <param name="progress">Told the steps done after every evaluation.</param>
    /// <param name="cancellation">Looked at between steps; a state is written before the training ends.</param>
    /// <returns>Curves and snapshots; the caller disposes it.</returns>
    /// <exception cref="OperationCanceledException">Cancelled; the same call resumes.</exception>
    /// <exception cref="PrunusInputException">Options are faulty, or the checkpoint folder belongs to another training or is damaged.</exception>
    public MaskedTrainingResult Run(IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        options.Validate();
        Distillation?.Validate();
        if (_stepper is not null && (Distillation is not null || State is not null))
        {
            throw new InvalidOperationException("written-out steps know no teacher, and begin with a fresh optimiser");
        }

        if (options.Threads is { } threads)
        {
            set_num_threads(threads);
        }

        var identity = options.CheckpointFolder is null ? "" : MaskedStates.Identity(net, masks, Describe());
        using var optimiser = _stepper is null ? new MaskedOptimiser(net.Parameters, masks, options.Optimiser) : null;
        using var curves = new CurveRecorder(net.Members);
        if (State is not null)
        {
            optimiser!.Restore(State);
        }

        var states = options.CheckpointFolder is { } folder ? new MaskedStates(folder, identity, net, (IOptimiserMemory?)_stepper ?? optimiser!) : null;
        var start = states?.Restore(curves, options.FirstStep) ?? options.FirstStep;
        var snapshots = new Dictionary<int, TicketSnapshot>();
        foreach (var step in options.SnapshotAt.Where(s => s < start || (s == start && start > options.FirstStep)).Distinct())
        {
            snapshots.Add(step, states!.Snapshot(step));
        }

        try
        {
            Train(start, optimiser, curves, states, snapshots, progress, cancellation);
        }
        catch
        {
            new MaskedTrainingResult([], snapshots, start).Dispose();
            throw;
        }

        var finite = FiniteMembers.Of(net);
        return new([.. curves.Curves(options.FirstStep).Select((curve, m) => Ended(curve, finite[m]))], snapshots, start);
    }

    private void Train(
        int start, MaskedOptimiser? optimiser, CurveRecorder curves, MaskedStates? states, Dictionary<int, TicketSnapshot> snapshots,
        IProgress<int>? progress, CancellationToken cancellation)
    {
        using var learning = optimiser is null ? null : net is IOwnGradients own ? own.Learn() : new GradientsOf(optimiser.Parameters);
        using var ones = optimiser is null || !net.IsStacked ? null : torch.ones([net.Members], dtype: optimiser.Parameters[0].dtype, device: optimiser.Parameters[0].device);
        using var recorder = optimiser is null ? null : Recorder?.Invoke();
        using var recorded = recorder is null ? null
            : new RecordedStep(Losses, learning!, ones, optimiser!, [[.. net.Parameters.Values], [.. net.Buffers.Values], .. optimiser!.Memory], recorder);
        Snapshot(start);
        for (var step = start; step < options.LastStep;)
        {
            if (cancellation.IsCancellationRequested)
            {
                curves.Fetch();
                states?.Save(step, curves);
                cancellation.ThrowIfCancellationRequested();
            }

            if (_stepper is null)
            {
                Step(step++, learning!, ones, optimiser!, curves, recorded);
            }
            else
            {
                step = Steps(step, curves);
            }

            var evaluate = step == options.LastStep || (options.EvaluateEvery > 0 && step % options.EvaluateEvery == 0) || options.EvaluateAt.Contains(step);
            if (evaluate)
            {
                using var validation = Validation is null ? null : MemberLosses.Evaluate(net, Validation);
                using var test = Test is null ? null : MemberLosses.Evaluate(net, Test);
                curves.Add(step, validation, test);
            }

            var save = states is not null && (step == options.LastStep || (options.SaveEvery > 0 && step % options.SaveEvery == 0));
            Snapshot(step);
            if (evaluate || save || curves.Full)
            {
                curves.Fetch();
            }

            if (save)
            {
                states!.Save(step, curves);
            }

            if (evaluate)
            {
                progress?.Report(step);
            }
        }

        RecordingFault = recorded?.Fault;

        void Snapshot(int step)
        {
            if (options.SnapshotAt.Contains(step) && !snapshots.ContainsKey(step))
            {
                snapshots.Add(step, TicketSnapshot.Of(net, step, optimiser));
                states?.Save(snapshots[step]);
            }
        }
    }

    // To the next step at which something is to be done.
    private int Steps(int step, CurveRecorder curves)
    {
        var next = options.SnapshotAt.Concat(options.EvaluateAt).Where(s => s > step).Append(Multiple(options.EvaluateEvery)).Append(Multiple(options.SaveEvery)).Append(options.LastStep).Min();
        var losses = new float[(next - step) * net.Members];
        _stepper!.Run(step, [.. Enumerable.Range(step, next - step).Select(s => (float)options.Schedule.At(s))], losses);
        curves.Add(losses);
        return next;

        int Multiple(int every) => every == 0 ? int.MaxValue : ((step / every) + 1) * every;
    }

    private void Step(int step, IGradients learning, Tensor? ones, MaskedOptimiser optimiser, CurveRecorder curves, RecordedStep? recorded)
    {
        using var scope = NewDisposeScope();
        var batch = batches(step);
        var rate = options.Schedule.At(step);
        if (recorded is not null)
        {
            curves.Add(recorded.Do(batch, rate));
            return;
        }

        var losses = Losses(batch);
        optimiser.Step(learning.Of(losses, ones), rate);
        curves.Add(losses);
    }

    private Tensor Losses(TicketBatch batch)
    {
        var logits = net.Forward(batch.Inputs, training: true);
        var losses = MemberLosses.CrossEntropy(logits, batch.Targets, net.IsStacked);
        return Distillation?.Mix(losses, logits, batch.Inputs) ?? losses;
    }

    // The loss of a step is that before its update; what the last one left shows in the evaluation after it, and in the weights.
    private TrainingCurve Ended(TrainingCurve curve, bool finite)
    {
        var last = curve.Points[^1];
        var sound = finite && (Validation is null || double.IsFinite(last.ValidationLoss)) && (Test is null || double.IsFinite(last.TestLoss));
        return sound || curve.DivergedAt is not null ? curve : curve with { DivergedAt = options.LastStep };
    }

    private string Describe() =>
        $"{options.Describe()}|{State?.StepCount}|{(Distillation is null ? "" : $"{Distillation.Teacher.Architecture} {Distillation.Temperature:R} {Distillation.Weight:R}")}";
}
