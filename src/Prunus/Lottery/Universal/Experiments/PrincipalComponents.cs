using Prunus.Datasets.Images;
using Prunus.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Lottery.Universal.Experiments;

/// <summary>The first principal components of images, moved and scaled so that those they were fitted to lie in [0,1]; others are cut off there.</summary>
public sealed class PrincipalComponents
{
    private readonly double[] _mean, _axes, _low, _high;
    private readonly int _count;

    private PrincipalComponents(double[] mean, double[] axes, int count)
    {
        (_mean, _axes, _count) = (mean, axes, count);
        (_low, _high) = (new double[count], Enumerable.Repeat(1.0, count).ToArray());
    }

    /// <summary>Fits axes to images, in float64. An axis points to where its largest number is positive.</summary>
    /// <param name="set">Images.</param>
    /// <param name="count">Components.</param>
    public static PrincipalComponents Fit(ImageSet set, int count)
    {
        if (count > set.Shape.Bytes)
        {
            throw new PrunusInputException("inputs", $"{count} components are more than an image's {set.Shape.Bytes} pixels", "give fewer inputs");
        }

        Libtorch.Load();
        using var scope = NewDisposeScope();
        var pixels = Pixels(set);
        var mean = pixels.mean([0]);
        var centred = pixels.sub(mean);
        var (_, vectors) = linalg.eigh(centred.t().mm(centred));
        var axes = vectors.t().flip(0)[TensorIndex.Slice(0, count)].contiguous();
        var values = axes.data<double>().ToArray();
        var width = set.Shape.Bytes;
        for (var c = 0; c < count; c++)
        {
            var axis = values.AsSpan(c * width, width);
            var largest = 0.0;
            foreach (var v in axis)
            {
                largest = Math.Abs(v) > Math.Abs(largest) ? v : largest;
            }

            for (var i = 0; i < width && largest < 0; i++)
            {
                axis[i] = -axis[i];
            }
        }

        var found = new PrincipalComponents(mean.data<double>().ToArray(), values, count);
        var raw = found.Of(set, cut: false);
        for (var c = 0; c < count; c++)
        {
            var column = raw.Where((_, i) => i % count == c).ToList();
            (found._low[c], found._high[c]) = (column.Min(), column.Max());
        }

        return found;
    }

    /// <summary>Components of images, row-major [n, count], in [0,1].</summary>
    public double[] Of(ImageSet set) => Of(set, cut: true);

    private double[] Of(ImageSet set, bool cut)
    {
        using var scope = NewDisposeScope();
        var values = Pixels(set).sub(Aligned.Of(_mean, _mean.Length)).mm(Aligned.Of(_axes, _count, _mean.Length).t()).contiguous().data<double>().ToArray();
        return cut ? [.. values.Select((v, i) => Math.Clamp((v - _low[i % _count]) / (_high[i % _count] - _low[i % _count]), 0, 1))] : values;
    }

    private static Tensor Pixels(ImageSet set) =>
        Ops.Divide(tensor(set.Images.ToArray(), [set.Count, set.Shape.Bytes]).to(ScalarType.Float64), byte.MaxValue);
}
