using Prunus.Batches;
using Prunus.Datasets.Images;
using Prunus.Lottery.Training;
using Prunus.Vision;
using TorchSharp;

namespace Prunus.Lottery.Experiments;

/// <summary>Images of an experiment on a device, ready to be evaluated on.</summary>
internal sealed class StudyImages : IStudyMaterial
{
    private const int EvaluationBatch = 1000;
    private readonly ImageBatches _validation, _test, _seen;
    private readonly torch.Device _device;

    public StudyImages(StudyData data, torch.Device device)
    {
        (Data, _device) = (data, device);
        (_validation, _test) = (Of(data.Validation), Of(data.Test));
        _seen = Of(data.Train.Pick([.. Enumerable.Range(0, Math.Min(data.Train.Count, data.Test.Count))]));

        ImageBatches Of(ImageSet set) => new(set, device, Math.Min(EvaluationBatch, set.Count), data.Statistics, 0);
    }

    public StudyData Data { get; }

    public EvaluationSet Validation => EvaluationSet.Of(_validation);

    public EvaluationSet Test => EvaluationSet.Of(_test);

    public EvaluationSet Seen => EvaluationSet.Of(_seen);

    public int? Classes => Data.Train.ClassNames.Count;

    public ITicketArchitecture Architecture(string net) => new VisionTicketArchitecture(
        VisionNets.Named(net, new MapShape(Data.Train.Shape.Channels, Data.Train.Shape.Height, Data.Train.Shape.Width), Data.Train.ClassNames.Count));

    public StudyOrder Order(TicketTraining training, ulong seed)
    {
        var batches = new ImageBatches(Data.Train, _device, training.Batch, Data.Statistics, seed, training.Augment ? new AugmentationOptions() : null);
        return new StudyOrder(step => batches.Train(step), batches);
    }

    public void Dispose()
    {
        _validation.Dispose();
        _test.Dispose();
        _seen.Dispose();
    }
}
