using Prunus.Batches;
using Prunus.Datasets.Images;
using Prunus.Lottery.Stacking;
using Prunus.Lottery.Training;
using Prunus.Native;
using Prunus.Vision;
using TorchSharp;

namespace Prunus.Lottery.Experiments.Materials;

/// <summary>Images of an experiment on a device, ready to be evaluated on. Threads may share them: each set lies there once, whatever is trained on it.</summary>
internal sealed class StudyImages : IStudyMaterial
{
    // On a GPU a batch holds some megabytes of images, lest the host be slower than the device.
    private const int EvaluationBatch = 1000, EvaluationBytes = 4_000_000;
    private readonly ImageBatches _validation, _test, _seen;
    private readonly DeviceImages _train;
    private readonly Lazy<StepData> _steps;

    public StudyImages(StudyData data, torch.Device device)
    {
        Data = data;
        var batch = device.type == DeviceType.CPU ? EvaluationBatch : Math.Max(EvaluationBatch, EvaluationBytes / data.Train.Shape.Bytes);
        _train = new DeviceImages(data.Train, device, data.Statistics);
        _steps = new(Steps);
        (_validation, _test) = (Of(data.Validation), Of(data.Test));
        _seen = Of(data.Train.Pick([.. Enumerable.Range(0, Math.Min(data.Train.Count, data.Test.Count))]));

        StepData Steps()
        {
            var steps = StepData.Of(_train, Math.Min(EvaluationBatch, _train.Count), [0]);

            // Other threads read it on streams of their own.
            Devices.Synchronize(device);
            return steps;
        }

        ImageBatches Of(ImageSet set) => new(set, device, Math.Min(batch, set.Count), data.Statistics, 0);
    }

    public StudyData Data { get; }

    public EvaluationSet Validation => EvaluationSet.Of(_validation);

    public EvaluationSet Test => EvaluationSet.Of(_test);

    public EvaluationSet Seen => EvaluationSet.Of(_seen);

    public int? Classes => Data.Train.ClassNames.Count;

    public ITicketArchitecture Architecture(string net) => new VisionTicketArchitecture(
        VisionNets.Named(net, new MapShape(Data.Train.Shape.Channels, Data.Train.Shape.Height, Data.Train.Shape.Width), Data.Train.ClassNames.Count));

    public StudyOrder Order(TicketTraining training, ulong seed) => Orders(training, [seed]);

    /// <summary>Batches of several nets that are trained together.</summary>
    /// <param name="training">Size of a batch, and whether images are varied.</param>
    /// <param name="seeds">Of each one's order.</param>
    public StudyOrder Orders(TicketTraining training, IReadOnlyList<ulong> seeds)
    {
        var batches = new MemberBatches(_train, training, seeds);
        return new StudyOrder(batches.Of, batches);
    }

    /// <summary>The training images as written-out steps take them, each member in an order of its own. They belong to this.</summary>
    /// <param name="batchSize">Examples of a batch.</param>
    /// <param name="seeds">Of each member's order.</param>
    public StepData Steps(int batchSize, IReadOnlyList<ulong> seeds) => _steps.Value with { BatchSize = batchSize, Order = new EpochOrder(seeds, _train.Count, batchSize).Fill };

    public void Dispose()
    {
        if (_steps.IsValueCreated)
        {
            _steps.Value.Dispose();
        }

        _train.Dispose();
        _validation.Dispose();
        _test.Dispose();
        _seen.Dispose();
    }
}
