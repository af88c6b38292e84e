using Prunus.Batches;
using Prunus.Vision;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Lottery.Strong.Verification;

/// <summary>Two nets of one type, and their largest difference of a logit on several kinds of images.</summary>
internal sealed record NetPair(Func<Tensor, Tensor> One, Func<Tensor, Tensor> Other, ScalarType Type)
{
    private const int Part = 200;

    /// <summary>On random images in [0,1].</summary>
    public double OnRandom(MapShape shape, int count, long seed = 0)
    {
        var largest = 0.0;
        for (var start = 0; start < count; start += Part)
        {
            using var scope = NewDisposeScope();
            largest = Math.Max(largest, WorstCase.Largest(One, Other, new WorstCase(Seed: seed + start).Images(shape, Math.Min(Part, count - start), Type)));
        }

        return largest;
    }

    /// <summary>On the first images of a set.</summary>
    public double OnBatches(ImageBatches batches, int count)
    {
        var largest = 0.0;
        for (var start = 0; start < count; start += batches.BatchSize)
        {
            using var scope = NewDisposeScope();
            using var batch = batches.InOrder(start);
            var images = batch.Images.narrow(0, 0, Math.Min(batch.Images.size(0), count - start)).to(Type);
            largest = Math.Max(largest, WorstCase.Largest(One, Other, images));
        }

        return largest;
    }

    /// <summary>On given images.</summary>
    public double On(Tensor images)
    {
        using var scope = NewDisposeScope();
        return WorstCase.Largest(One, Other, images.to(Type));
    }

    /// <summary>Images found by ascent, from random ones and from the first of a set; owned by the caller's dispose scope. Of a pair in float64.</summary>
    public Tensor Worst(MapShape shape, VerificationOptions options, ImageBatches? batches)
    {
        using var scope = NewDisposeScope();
        var search = new WorstCase(options.Steps, options.Seed);
        var start = search.Images(shape, batches is null ? options.WorstImages : (options.WorstImages + 1) / 2, Type);
        if (batches is not null)
        {
            using var batch = batches.InOrder(0);
            start = cat([start, batch.Images.narrow(0, 0, Math.Min(options.WorstImages / 2, batch.Images.size(0))).to(Type)], 0);
        }

        return search.Ascend(One, Other, start).MoveToOuterDisposeScope();
    }
}
