using Prunus.Distillation;
using Prunus.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Tests.Distillation;

/// <summary>The check that guards the CUDA kernel tells right from wrong; the kernel itself runs only where there is a GPU.</summary>
public class FusedLogitCheckTests
{
    static FusedLogitCheckTests() => Libtorch.Load();

    [Fact]
    public void Right_kernel_passes()
    {
        Assert.All(FusedLogitCheck.Findings(Right, CPU), f => Assert.Equal((FindingState.Ok, f.Text), (f.State, f.Text)));
        Assert.Null(FusedLogitCheck.Fault(Right, CPU));
    }

    [Theory]
    [InlineData(1.01, 0)]
    [InlineData(1, 0.001)]
    public void Wrong_kernel_is_found(double gradientFactor, double lossOffset)
    {
        Assert.NotNull(FusedLogitCheck.Fault(Wrong, CPU));
        Assert.All(FusedLogitCheck.Findings(Wrong, CPU), f => Assert.Equal(FindingState.Missing, f.State));

        Tensor Wrong(
            Tensor student, Tensor? teacher, Tensor? labels, (LogitLossTerm, Tensor)? divergence, (LogitLossTerm, Tensor)? likelihood, double? cap, double? teacherCap)
        {
            var losses = Right(student, teacher, labels, divergence, likelihood, cap, teacherCap);
            student.mul_(gradientFactor);
            return losses + lossOffset;
        }
    }

    [Fact]
    public void Machine_without_a_gpu_is_a_warning() => Assert.Equal(FindingState.Warn, Assert.Single(FusedLogitCheck.Examine(CPU)).State);

    /// <summary>What the kernel does, in float64 and single operators.</summary>
    private static Tensor Right(
        Tensor student, Tensor? teacher, Tensor? labels, (LogitLossTerm Term, Tensor Shares)? divergence, (LogitLossTerm Term, Tensor Shares)? likelihood, double? cap, double? teacherCap)
    {
        var leaf = student.to(ScalarType.Float64).detach().requires_grad_();
        var losses = zeros([2, student.size(0)], ScalarType.Float64);
        using (enable_grad())
        {
            var s = Cap(leaf, cap);
            var total = zeros([], ScalarType.Float64);
            if (divergence is { } kl)
            {
                var p = (Cap(teacher!.to(ScalarType.Float64), teacherCap) / kl.Term.Temperature).log_softmax(-1);
                var each = (p.exp() * (p - (s / kl.Term.Temperature).log_softmax(-1))).sum(-1) * kl.Shares.squeeze(-1);
                losses[0] = each.detach();
                total += each.sum() * kl.Term.Factor;
            }

            if (likelihood is { } ce)
            {
                var each = nn.functional.cross_entropy(s, labels!, ignore_index: -100, reduction: nn.Reduction.None) * ce.Shares.squeeze(-1);
                losses[1] = each.detach();
                total += each.sum() * ce.Term.Factor;
            }

            total.backward();
        }

        student.copy_(leaf.grad!);
        return losses.to(ScalarType.Float32);
    }

    private static Tensor Cap(Tensor logits, double? cap) => cap is { } c ? (logits / c).tanh() * c : logits;
}
