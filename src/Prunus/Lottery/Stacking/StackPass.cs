using Prunus.Vision;
using Prunus.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Lottery.Stacking;

/// <summary>
/// Runs the steps of M nets at once. Maps of all nets lie side by side as channels, [N,M·C,H,W], so that a convolution is one with M groups and batch
/// normalisation, which treats channels alone, needs no change; units lie as [M,N,units], so that a linear layer is one batched product.
/// </summary>
/// <param name="values">Parameters and buffers by name, each [M,…].</param>
/// <param name="members">M.</param>
/// <param name="training">As in <see cref="VisionNet.Forward"/>.</param>
internal sealed class StackPass(Func<string, Tensor> values, int members, bool training)
{
    private const double NormMomentum = 0.1, NormEpsilon = 1e-5;

    /// <summary>Images [N,C,H,W] or [M,N,C,H,W] to logits [M,N,classes]; a new tensor in the caller's dispose scope.</summary>
    public Tensor Run(IEnumerable<VisionStep> steps, Tensor images)
    {
        using var scope = NewDisposeScope();
        var input = images.Dimensions == 4 ? new StackValue(images.alias(), StackLayout.Shared) : new StackValue(images.transpose(0, 1).flatten(1, 2), StackLayout.Maps);
        return Follow(steps, input).Tensor.MoveToOuterDisposeScope();
    }

    private StackValue Follow(IEnumerable<VisionStep> steps, StackValue x)
    {
        foreach (var step in steps)
        {
            var y = Apply(step, x);

            // Held to the end of the pass, the maps of all layers would be its largest tensors.
            x.Tensor.Dispose();
            x = y;
        }

        return x;
    }

    private StackValue Apply(VisionStep step, StackValue x) => step switch
    {
        Convolution c => new(Convolve(c, x), StackLayout.Maps),
        BatchNorm b => Normalise(b, x),
        Relu => x with { Tensor = nn.functional.relu(x.Tensor) },
        MaxPool => x with { Tensor = nn.functional.max_pool2d(x.Tensor, [2, 2]) },
        AveragePool => Units(x, x.Tensor.mean([2, 3])),
        Flatten => Units(x, x.Tensor.flatten(1)),
        Linear l => new(Multiply(l, x), StackLayout.Units),
        Residual r => Add(r, x),
        _ => throw new ArgumentException($"{step.GetType().Name} is not known", nameof(step)),
    };

    // A shared map meets all kernels in one convolution without groups: [N,C,H,W] → [N,M·out,H,W].
    private Tensor Convolve(Convolution step, StackValue x)
    {
        using var scope = NewDisposeScope();
        var weight = values($"{step.Name}.weight").flatten(0, 1);
        var bias = step.Bias ? values($"{step.Name}.bias").flatten() : null;
        return Ops.Convolve(x.Tensor, weight, bias, step.Stride, step.Kernel / 2, x.Layout == StackLayout.Maps ? members : 1).MoveToOuterDisposeScope();
    }

    private StackValue Normalise(BatchNorm step, StackValue x)
    {
        using var scope = NewDisposeScope();
        var maps = Own(x);

        // view, not reshape: the running statistics are moved in place.
        var normalised = nn.functional.batch_norm(
            maps, values($"{step.Name}.running_mean").view(-1), values($"{step.Name}.running_var").view(-1),
            values($"{step.Name}.weight").flatten(), values($"{step.Name}.bias").flatten(), training, NormMomentum, NormEpsilon);
        return new(normalised.MoveToOuterDisposeScope(), StackLayout.Maps);
    }

    // [N,M·units] → [M,N,units]; what all nets share stays one.
    private StackValue Units(StackValue x, Tensor rows)
    {
        if (x.Layout == StackLayout.Shared)
        {
            return new(rows, StackLayout.Shared);
        }

        using (rows)
        {
            using var split = rows.unflatten(1, [members, -1]);
            return new(split.transpose(0, 1), StackLayout.Units);
        }
    }

    // [M,N,in] or shared [N,in] → [M,N,units]; the weight stands first, so that its gradient lies in memory as it does.
    private Tensor Multiply(Linear step, StackValue x)
    {
        using var scope = NewDisposeScope();
        var (weight, bias) = (values($"{step.Name}.weight"), values($"{step.Name}.bias"));
        var product = x.Layout == StackLayout.Shared
            ? nn.functional.linear(x.Tensor, weight.flatten(0, 1)).unflatten(1, [members, step.Units]).transpose(0, 1)
            : weight.bmm(x.Tensor.transpose(1, 2)).transpose(1, 2);
        return Ops.Add(product, bias.unsqueeze(1)).MoveToOuterDisposeScope();
    }

    private StackValue Add(Residual step, StackValue x)
    {
        using var scope = NewDisposeScope();
        var maps = Own(x);
        var branch = Follow(step.Branch, new(maps.alias(), StackLayout.Maps)).Tensor;
        return new(nn.functional.relu(Ops.Add(branch, Shortcut(step, maps, branch.size(1)))).MoveToOuterDisposeScope(), StackLayout.Maps);
    }

    // As VisionPass' shortcut, with the zero channels around each net's own: [N,M·in,H,W] → [N,M·out,⌈H/stride⌉,⌈W/stride⌉].
    private Tensor Shortcut(Residual step, Tensor x, long channels)
    {
        var (missing, stride) = ((channels - x.size(1)) / members, step.Stride);
        var thinned = stride == 1 ? x : x.slice(2, 0, x.size(2), stride).slice(3, 0, x.size(3), stride);
        return missing == 0 ? thinned
            : nn.functional.pad(thinned.unflatten(1, [members, -1]), [0, 0, 0, 0, missing / 2, missing - (missing / 2)]).flatten(1, 2);
    }

    // Maps of each net's own, in the caller's dispose scope.
    private Tensor Own(StackValue x) => x.Layout == StackLayout.Shared ? x.Tensor.repeat(1, members, 1, 1) : x.Tensor;
}

/// <summary>How a value of a stack's pass lies.</summary>
internal enum StackLayout
{
    /// <summary>One for all nets: [N,C,H,W] or [N,units].</summary>
    Shared,

    /// <summary>[N,M·C,H,W].</summary>
    Maps,

    /// <summary>[M,N,units].</summary>
    Units,
}

/// <summary>A value of a stack's pass.</summary>
internal readonly record struct StackValue(Tensor Tensor, StackLayout Layout);
