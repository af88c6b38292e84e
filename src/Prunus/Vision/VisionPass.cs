using Prunus.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Vision;

/// <summary>Sees every value of a forward pass and may replace it.</summary>
/// <param name="step">Name of the step that gave the value.</param>
/// <param name="value">The value, [N,C,H,W] or [N,units]; owned by the pass, which frees it: keep an alias or a copy to hold on to it.</param>
/// <returns>The same tensor to leave the pass as it is, or another one of the same shape, which the pass then owns.</returns>
public delegate Tensor VisionVisitor(string step, Tensor value);

/// <summary>Runs the steps of a net.</summary>
/// <param name="values">Parameters and buffers by name.</param>
/// <param name="training">Whether batch normalisation uses the batch's statistics and updates the running ones.</param>
/// <param name="visitor">Sees every value, or null.</param>
internal sealed class VisionPass(Func<string, Tensor> values, bool training, VisionVisitor? visitor)
{
    private const double NormMomentum = 0.1, NormEpsilon = 1e-5;

    /// <summary>Returns a new tensor; <paramref name="input"/> stays the caller's.</summary>
    public Tensor Run(IEnumerable<VisionStep> steps, Tensor input)
    {
        using var scope = NewDisposeScope();
        var x = input.alias();
        foreach (var step in steps)
        {
            var y = Apply(step, x);
            y = visitor is null ? y : visitor(step.Name, y);

            // Held to the end of the pass, the maps of all layers would be its largest tensors.
            x.Dispose();
            x = y;
        }

        return x.MoveToOuterDisposeScope();
    }

    private Tensor Apply(VisionStep step, Tensor x) => step switch
    {
        Convolution c => Ops.Convolve(x, values($"{c.Name}.weight"), c.Bias ? values($"{c.Name}.bias") : null, c.Stride, c.Kernel / 2),
        BatchNorm b => nn.functional.batch_norm(x, values($"{b.Name}.running_mean"), values($"{b.Name}.running_var"), values($"{b.Name}.weight"), values($"{b.Name}.bias"),
            training, NormMomentum, NormEpsilon),
        Relu => nn.functional.relu(x),
        MaxPool => nn.functional.max_pool2d(x, [2, 2]),
        AveragePool => x.mean([2, 3]),
        Flatten => x.flatten(1),
        Linear l => nn.functional.linear(x, values($"{l.Name}.weight"), values($"{l.Name}.bias")),
        Residual r => Apply(r, x),
        _ => throw new ArgumentException($"{step.GetType().Name} is not known", nameof(step)),
    };

    private Tensor Apply(Residual step, Tensor x)
    {
        using var scope = NewDisposeScope();
        var branch = Run(step.Branch, x);
        return nn.functional.relu(Ops.Add(branch, Shortcut(step, x, branch.size(1)))).MoveToOuterDisposeScope();
    }

    // [N,in,H,W] → [N,out,⌈H/stride⌉,⌈W/stride⌉].
    private static Tensor Shortcut(Residual step, Tensor x, long channels)
    {
        var (missing, stride) = (channels - x.size(1), step.Stride);
        var thinned = stride == 1 ? x : x.slice(2, 0, x.size(2), stride).slice(3, 0, x.size(3), stride);
        return missing == 0 ? thinned : nn.functional.pad(thinned, [0, 0, 0, 0, missing / 2, missing - (missing / 2)]);
    }
}
