using Prunus.Batches;
using Prunus.Datasets.Images;
using Prunus.Lottery.Training;
using TorchSharp;

namespace Prunus.Lottery.Experiments;

/// <summary>Images of an experiment on a device, ready to be evaluated on.</summary>
internal sealed class StudyImages : IDisposable
{
    private const int EvaluationBatch = 1000;
    private readonly ImageBatches _validation, _test, _seen;

    public StudyImages(StudyData data, torch.Device device)
    {
        Data = data;
        (_validation, _test) = (Of(data.Validation), Of(data.Test));
        _seen = Of(data.Train.Pick([.. Enumerable.Range(0, Math.Min(data.Train.Count, data.Test.Count))]));

        ImageBatches Of(ImageSet set) => new(set, device, Math.Min(EvaluationBatch, set.Count), data.Statistics, 0);
    }

    public StudyData Data { get; }

    /// <summary>What early stopping looks at.</summary>
    public EvaluationSet Validation => EvaluationSet.Of(_validation);

    /// <summary>What accuracies are reported of.</summary>
    public EvaluationSet Test => EvaluationSet.Of(_test);

    /// <summary>As many training images, unvaried.</summary>
    public EvaluationSet Seen => EvaluationSet.Of(_seen);

    public void Dispose()
    {
        _validation.Dispose();
        _test.Dispose();
        _seen.Dispose();
    }
}
