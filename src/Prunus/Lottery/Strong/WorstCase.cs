using Prunus.Native;
using Prunus.Randomness;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Lottery.Strong;

/// <summary>Looks for images on which two nets differ most, by gradient ascent with signs (Madry et al. 2018, arXiv 1706.06083) on each image's largest difference of a logit, kept in [0,1].</summary>
/// <param name="Steps">Steps of the ascent; their size falls from 0.05 linearly, for nets that are alike differ by another slope wherever a ReLU turns.</param>
/// <param name="Seed">Of the first images: uniform pixels, half of them rounded to 0 or 1.</param>
public sealed record WorstCase(int Steps = 60, long Seed = 1)
{
    private const double FirstStep = 0.05;
    private const ulong Stream = 0x574F_5253UL << 32;

    /// <summary>Random images [N,C,H,W] in [0,1], owned by the caller's dispose scope.</summary>
    public Tensor Images(Vision.MapShape shape, int count, ScalarType type)
    {
        var values = new float[count * shape.ElementCount];
        new Philox4x32(unchecked((ulong)Seed), Stream).FillUniform(0, values);
        for (var i = values.Length / 2; i < values.Length; i++)
        {
            values[i] = MathF.Round(values[i]);
        }

        using var scope = NewDisposeScope();
        return tensor(values, [count, shape.Channels, shape.Height, shape.Width]).to(type).MoveToOuterDisposeScope();
    }

    /// <summary>Moves images uphill. In float64: of images with one to three channels libtorch 2.10's float32 convolutions give wrong gradients on some processors (seen on an AMD EPYC with
    /// AVX-512).</summary>
    /// <param name="one">From images to logits.</param>
    /// <param name="other">The other net.</param>
    /// <param name="start">Images [N,C,H,W] in [0,1], float64.</param>
    /// <returns>Images of the same size, owned by the caller's dispose scope.</returns>
    public Tensor Ascend(Func<Tensor, Tensor> one, Func<Tensor, Tensor> other, Tensor start)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual((int)start.dtype, (int)ScalarType.Float64, nameof(start));
        using var scope = NewDisposeScope();
        var (x, best, reached) = (start.clone(), start.clone(), zeros(start.size(0), start.dtype));
        for (var step = 0; step <= Steps; step++)
        {
            using var inner = NewDisposeScope();
            var leaf = x.detach().requires_grad_(true);
            var differences = one(leaf).sub(other(leaf)).abs().amax([1]);
            var gradient = Ops.Gradients([differences.sum()], [leaf])[0];
            using var noGradient = no_grad();

            // The way up is not steady, so that each image's best place is kept.
            var higher = differences.detach().gt(reached);
            best = where(higher.view(-1, 1, 1, 1), leaf.detach(), best).MoveToOuterDisposeScope();
            reached = where(higher, differences.detach(), reached).MoveToOuterDisposeScope();
            x = Ops.Within(Ops.AddInPlace(x.clone(), gradient.sign(), FirstStep * (Steps - step) / Steps), 0, 1).MoveToOuterDisposeScope();
        }

        return best.MoveToOuterDisposeScope();
    }

    /// <summary>Largest difference of a logit over images.</summary>
    public static double Largest(Func<Tensor, Tensor> one, Func<Tensor, Tensor> other, Tensor images)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        return one(images).sub(other(images)).abs().max().to(ScalarType.Float64).item<double>();
    }
}
