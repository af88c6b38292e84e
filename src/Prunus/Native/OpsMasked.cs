using TorchSharp;

namespace Prunus.Native;

/// <content>Optimiser steps under masks, all tensors in one kernel. All lists have one length, masks and what they mask another; all lie on one device.</content>
public static partial class Ops
{
    /// <summary>One step of Adam (Kingma and Ba 2015) in place: masked *= masks, step += 1, gradient += decay·p, then the bias-corrected update.</summary>
    /// <param name="parameters">Weights.</param>
    /// <param name="gradients">Of each weight; their values are used up.</param>
    /// <param name="firstMoments">Of each weight.</param>
    /// <param name="secondMoments">Of each weight.</param>
    /// <param name="steps">For each weight the tensor that counts its steps: mostly <paramref name="step"/> again and again.</param>
    /// <param name="step">Float32 of no dimension; 1 is added.</param>
    /// <param name="masked">Those gradients that are masked.</param>
    /// <param name="masks">0 and 1, of the gradients' type.</param>
    /// <param name="learningRate">lr.</param>
    /// <param name="beta1">Decay of the first moments.</param>
    /// <param name="beta2">Decay of the second moments.</param>
    /// <param name="weightDecay">L2 decay within the gradient.</param>
    /// <param name="eps">Added to the root.</param>
    public static void MaskedAdam(
        torch.Tensor[] parameters, torch.Tensor[] gradients, torch.Tensor[] firstMoments, torch.Tensor[] secondMoments, torch.Tensor[] steps, torch.Tensor step,
        torch.Tensor[] masked, torch.Tensor[] masks, double learningRate, double beta1, double beta2, double weightDecay, double eps) =>
        OpsScript.Run("masked_adam", parameters, gradients, firstMoments, secondMoments, steps, step, masked, masks, learningRate, beta1, beta2, weightDecay, eps);

    /// <summary>The same with a learning rate that lies on the device, so that the step may be recorded: float32 of no dimension.</summary>
    public static void MaskedAdam(
        torch.Tensor[] parameters, torch.Tensor[] gradients, torch.Tensor[] firstMoments, torch.Tensor[] secondMoments, torch.Tensor[] steps, torch.Tensor step,
        torch.Tensor[] masked, torch.Tensor[] masks, torch.Tensor learningRate, double beta1, double beta2, double weightDecay, double eps) =>
        OpsScript.Run("masked_adam_rate", parameters, gradients, firstMoments, secondMoments, steps, step, masked, masks, learningRate, beta1, beta2, weightDecay, eps);

    /// <summary>One step of gradient descent in place: masked *= masks, gradient += decay·p, buffer = momentum·buffer + gradient, p -= lr·buffer (Nesterov:
    /// lr·(gradient + momentum·buffer)). Buffers of zero give the first step of a fresh optimiser.</summary>
    /// <param name="parameters">Weights.</param>
    /// <param name="gradients">Of each weight; their values are used up.</param>
    /// <param name="buffers">Momentum of each weight.</param>
    /// <param name="masked">Those gradients that are masked.</param>
    /// <param name="masks">0 and 1, of the gradients' type.</param>
    /// <param name="learningRate">lr.</param>
    /// <param name="momentum">0 to below 1.</param>
    /// <param name="weightDecay">L2 decay within the gradient.</param>
    /// <param name="nesterov">Which update.</param>
    public static void MaskedSgd(
        torch.Tensor[] parameters, torch.Tensor[] gradients, torch.Tensor[] buffers, torch.Tensor[] masked, torch.Tensor[] masks,
        double learningRate, double momentum, double weightDecay, bool nesterov) =>
        OpsScript.Run("masked_sgd", parameters, gradients, momentum == 0 ? [] : buffers, masked, masks, learningRate, momentum, weightDecay, nesterov);

    /// <summary>The same with a learning rate that lies on the device, so that the step may be recorded: float32 of no dimension.</summary>
    public static void MaskedSgd(
        torch.Tensor[] parameters, torch.Tensor[] gradients, torch.Tensor[] buffers, torch.Tensor[] masked, torch.Tensor[] masks,
        torch.Tensor learningRate, double momentum, double weightDecay, bool nesterov) =>
        OpsScript.Run("masked_sgd_rate", parameters, gradients, momentum == 0 ? [] : buffers, masked, masks, learningRate, momentum, weightDecay, nesterov);

    /// <summary>Multiplies pairwise in place.</summary>
    public static void ForeachMultiply(torch.Tensor[] tensors, torch.Tensor[] factors)
    {
        using var noGradient = torch.no_grad();
        OpsScript.Run("multiply", tensors, factors);
    }

    /// <summary>Multiplies pairwise in place by the factors' signs: -1, 0 or 1.</summary>
    public static void ForeachMultiplySigns(torch.Tensor[] tensors, torch.Tensor[] factors)
    {
        using var noGradient = torch.no_grad();
        OpsScript.Run("multiply_signed", tensors, factors);
    }

    /// <summary>1 where a row has its highest scores, 0 at its <paramref name="dropped"/> lowest, lower indices first among equal ones. By sorting: the device doesn't wait for the host.</summary>
    /// <param name="scores">[rows,n].</param>
    /// <param name="dropped">0 to n.</param>
    public static torch.Tensor KeepHighest(torch.Tensor scores, long dropped) => OpsScript.Tensor("keep_highest", scores, dropped);
}
