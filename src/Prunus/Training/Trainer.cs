using System.Diagnostics;
using System.Globalization;
using Prunus.Decoders;
using Prunus.Native;
using Prunus.Runs;
using TorchSharp;

namespace Prunus.Training;

/// <summary>
/// The one training loop: plain training and distillation differ in their objective. Resumes from the newest checkpoint in its folder;
/// on a CPU a resumed run gives the same bytes as an uninterrupted one.
/// </summary>
public sealed class Trainer : IDisposable
{
    private readonly Decoder _student;
    private readonly Decoder _working;
    private readonly ITrainingObjective _objective;
    private readonly Func<int, int[,]> _tokens;
    private readonly TrainerOptions _options;
    private readonly MixedPrecisionAdamW _optimizer;
    private readonly TrainingHistory _history;
    private readonly TrainingCheckpoints? _checkpoints;
    private readonly string _headName;
    private readonly Stopwatch _sinceSave = Stopwatch.StartNew();
    private TimeSpan _saving;

    /// <param name="student">Float32 student; its weights are trained in place. Not owned.</param>
    /// <param name="objective">What is minimized.</param>
    /// <param name="tokens">Token ids [batch, length] of a step (from 0), a pure function of it.</param>
    /// <param name="options">The run.</param>
    /// <exception cref="PrunusInputException">The options are faulty.</exception>
    public Trainer(Decoder student, ITrainingObjective objective, Func<int, int[,]> tokens, TrainerOptions options)
    {
        ArgumentNullException.ThrowIfNull(student);
        ArgumentNullException.ThrowIfNull(objective);
        ArgumentNullException.ThrowIfNull(tokens);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _student = student;
        _objective = objective;
        _tokens = tokens;
        _options = options;
        _working = WorkingCopy.Of(student, options.Precision);
        _headName = student.Config.TiedEmbeddings ? "embed.weight" : "head.weight";
        _optimizer = new(student.Parameters, _working.Parameters, options.AdamW);
        _history = new(objective.Names.Count + 1, OnGpu ? options.LogEvery : 1, student.Device);
        _checkpoints = options.CheckpointFolder is { } folder ? new(folder, Identity(), objective.Groups) : null;
    }

    /// <summary>Called every <see cref="TrainerOptions.EvaluateEvery"/> steps and after the last one with the student as it computes (in bfloat16 where training does).</summary>
    public Func<Decoder, double>? Evaluate { get; init; }

    private bool OnGpu => _student.Device.type == DeviceType.CUDA;

    /// <summary>Trains until the last step, or until <see cref="TrainerOptions.StopAt"/>.</summary>
    /// <param name="progress">Told when metrics have been fetched.</param>
    /// <param name="cancellation">Looked at between steps; a checkpoint is written before the run ends.</param>
    /// <exception cref="OperationCanceledException">Cancelled; the same call resumes.</exception>
    /// <exception cref="PrunusRunException">A loss or gradient is not finite; names the step. No checkpoint holds weights later than the last finite step.</exception>
    /// <exception cref="PrunusInputException">The checkpoint folder belongs to another run, or tokens are outside the vocabulary.</exception>
    public TrainingResult Run(IProgress<TrainingProgress>? progress = null, CancellationToken cancellation = default)
    {
        if (_options.Threads is { } wanted)
        {
            torch.set_num_threads(wanted);
        }

        if (_checkpoints?.Restore(_optimizer, _history) is { } threads)
        {
            torch.set_num_threads(threads);
        }

        var start = _optimizer.StepCount;
        var end = Math.Min(_options.StopAt ?? _options.Steps, _options.Steps);
        var clock = new Stopwatch();
        var reported = start;
        while (_optimizer.StepCount < end)
        {
            if (cancellation.IsCancellationRequested)
            {
                Fetch();
                Save();
                cancellation.ThrowIfCancellationRequested();
            }

            Step(_optimizer.StepCount);
            var done = _optimizer.StepCount;
            var last = done == end;
            var evaluate = Evaluate is not null && (last || Due(_options.EvaluateEvery, done)) && (_options.EvaluateEvery > 0);
            var save = last || Due(_options.SaveEvery, done) || SaveIsDue();
            if (!(evaluate || save || _history.Full))
            {
                continue;
            }

            Fetch();
            if (evaluate)
            {
                using var noGradient = torch.no_grad();
                _history.Evaluations.Add(new(done, Evaluate!(_working)));
            }

            if (save)
            {
                Save();
            }

            progress?.Report(new(done, _options.Steps, Metrics(done), Rate(clock, done - reported), _history.Evaluations.Count > 0 ? _history.Evaluations[^1] : null));
            reported = done;
        }

        return new([.. Enumerable.Range(1, _history.Rows.Count).Select(Metrics)], [.. _history.Evaluations], start);
    }

    public void Dispose()
    {
        _optimizer.Dispose();
        _history.Dispose();
        if (!ReferenceEquals(_working, _student))
        {
            _working.Dispose();
        }
    }

    // Looked at where metrics are fetched anyway, so that a GPU is not kept waiting.
    private bool SaveIsDue() => _options.SaveInterval is { } interval && (_history.Full || !OnGpu)
        && _sinceSave.Elapsed >= (_saving * 20 > interval ? _saving * 20 : interval);

    private static bool Due(int every, int done) => every > 0 && done % every == 0;

    private void Step(int step)
    {
        using var scope = torch.NewDisposeScope();
        var tokens = _tokens(step);
        var ids = Upload(step, tokens);
        var losses = torch.zeros(_objective.Names.Count, dtype: torch.ScalarType.Float32, device: _student.Device);
        var size = _options.MicroBatch ?? _options.BatchSize;
        for (var first = 0; first < _options.BatchSize; first += size)
        {
            using var microScope = torch.NewDisposeScope();
            var part = ids.narrow(0, first, Math.Min(size, _options.BatchSize - first));
            Ops.AddInPlace(losses, _objective.Backward(_working, new(part, _options.BatchSize, tokens, first), _optimizer.Gradient(_headName)));
            _optimizer.Accumulate();
            foreach (var group in _objective.Groups)
            {
                group.Optimizer.Accumulate();
            }
        }

        var norm = _optimizer.Step(_options.Schedule.At(step, _options.Steps));
        foreach (var group in _objective.Groups)
        {
            group.Step(step, _options.Steps, _options.Schedule);
        }

        _history.Add(losses, norm);
    }

    private torch.Tensor Upload(int step, int[,] ids)
    {
        if (ids.GetLength(0) != _options.BatchSize || ids.GetLength(1) != _options.BlockLength)
        {
            throw new ArgumentException($"step {step} got tokens [{ids.GetLength(0)},{ids.GetLength(1)}], not [{_options.BatchSize},{_options.BlockLength}]");
        }

        // An id beyond the embedding would fault inside the GPU and take the process's context with it.
        foreach (var id in ids)
        {
            if ((uint)id >= (uint)_student.Config.VocabSize)
            {
                throw new PrunusInputException($"tokens of step {step}", $"id {id} is outside the vocabulary of {_student.Config.VocabSize}", "use the tokenizer that belongs to the model");
            }
        }

        var near = torch.tensor(ids);
        return OnGpu
            ? near.pin_memory().to(_student.Device, non_blocking: true).to(torch.ScalarType.Int64)
            : near.to(torch.ScalarType.Int64);
    }

    private void Fetch() => _history.Fetch(
        "lower the learning rate, or look for damaged weights or data" + (_checkpoints is null ? "" : "; repeating the command resumes at the last checkpoint"));

    private void Save()
    {
        if (_optimizer.StepCount > 0)
        {
            var clock = Stopwatch.StartNew();
            _checkpoints?.Save(_optimizer, _history, torch.get_num_threads());
            _saving = clock.Elapsed;
            _sinceSave.Restart();
        }
    }

    private double? Rate(Stopwatch clock, int steps)
    {
        var seconds = clock.Elapsed.TotalSeconds;
        clock.Restart();
        return seconds > 0 ? (double)steps * _options.BatchSize * _options.BlockLength / seconds : null;
    }

    private StepMetrics Metrics(int step)
    {
        var row = _history.Rows[step - 1];
        var terms = row[..^1].Select(value => (double)value).ToArray();
        return new(step, terms.Zip(_objective.Factors, (value, factor) => value * factor).Sum(), terms, _options.Schedule.At(step - 1, _options.Steps), row[^1]);
    }

    private string Identity()
    {
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"{_options.Steps}|{_options.BatchSize}|{_options.BlockLength}|{_options.MicroBatch}|{_options.EvaluateEvery}|{_options.Schedule}|{_options.AdamW}|{_working.Type}|{_student.Device.type}|{_objective.Description}|{_options.Identity}");
        return ContentHash.Of(text, 64);
    }
}
