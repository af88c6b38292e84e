using Prunus.Distillation;
using Prunus.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Tests.Distillation;

/// <summary>The check that guards the CUDA kernels tells right from wrong; the kernels themselves run only where there is a GPU.</summary>
public class FusedLogitCheckTests
{
    static FusedLogitCheckTests() => Libtorch.Load();

    public static TheoryData<string> Symbols => [.. FusedLogitCheck.Symbols];

    [Theory]
    [MemberData(nameof(Symbols))]
    public void Right_kernel_passes(string symbol)
    {
        Assert.All(FusedLogitCheck.Findings(Right, symbol, CPU), f => Assert.Equal((FindingState.Ok, f.Text), (f.State, f.Text)));
        Assert.Null(FusedLogitCheck.Fault(Right, symbol, CPU));
    }

    [Theory]
    [MemberData(nameof(Symbols))]
    public void Wrong_gradient_is_found(string symbol) => Found(symbol, 1.01, 1);

    [Theory]
    [MemberData(nameof(Symbols))]
    public void Wrong_loss_is_found(string symbol) => Found(symbol, 1, 1.002);

    [Fact]
    public void Every_loss_with_a_kernel_is_checked() => Assert.Equal(
        DistillationLosses.All.Select(loss => FusedLogitLoss.Of(loss)?.Symbol ?? FusedLogitLoss.Labels.Symbol).Order(), FusedLogitCheck.Symbols.Order());

    [Fact]
    public void Machine_without_a_gpu_is_a_warning() => Assert.Equal(FindingState.Warn, Assert.Single(FusedLogitCheck.Examine(CPU)).State);

    private static void Found(string symbol, double gradientFactor, double lossFactor)
    {
        Assert.NotNull(FusedLogitCheck.Fault(Wrong, symbol, CPU));
        Assert.All(FusedLogitCheck.Findings(Wrong, symbol, CPU), f => Assert.Equal(FindingState.Missing, f.State));

        Tensor Wrong(
            Tensor student, Tensor? teacher, Tensor? labels, (LogitLossTerm, Tensor)? divergence, (LogitLossTerm, Tensor)? likelihood, double? cap, double? teacherCap)
        {
            var losses = Right(student, teacher, labels, divergence, likelihood, cap, teacherCap);
            student.mul_(gradientFactor);
            return losses * lossFactor;
        }
    }

    /// <summary>What the kernel does, in float64 and by autograd.</summary>
    private static Tensor Right(
        Tensor student, Tensor? teacher, Tensor? labels, (LogitLossTerm Term, Tensor Shares)? divergence, (LogitLossTerm Term, Tensor Shares)? likelihood, double? cap, double? teacherCap)
    {
        var leaf = student.to(ScalarType.Float64).detach().requires_grad_();
        var losses = zeros([2, student.size(0)], ScalarType.Float64);
        using (enable_grad())
        {
            var s = Cap(leaf, cap);
            var total = zeros([], ScalarType.Float64);
            if (divergence is { } d)
            {
                var t = Cap(teacher!.to(ScalarType.Float64), teacherCap);
                var each = Divergence(d.Term.Loss, s / d.Term.Temperature, t / d.Term.Temperature) * d.Shares.squeeze(-1);
                losses[0] = each.detach();
                total += each.sum() * d.Term.Factor;
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

    private static Tensor Divergence(ILogitLoss loss, Tensor s, Tensor t)
    {
        var (p, q) = (s.log_softmax(-1), t.log_softmax(-1));
        switch (loss)
        {
            case ForwardKullbackLeibler:
                return Kl(q, p);
            case ReverseKullbackLeibler:
                return Kl(p, q);
            case JensenShannon { Beta: var beta }:
                var mixture = ((q.exp() * beta) + (p.exp() * (1 - beta))).log();
                return (Kl(q, mixture) * beta) + (Kl(p, mixture) * (1 - beta));
            case MeanSquaredError:
                return (p.exp() - q.exp()).square().mean([-1]);
            case LogitMeanSquaredError:
                return (s - t).square().mean([-1]);
            case CosineDistance:
                return 1 - nn.functional.cosine_similarity(p.exp(), q.exp(), -1);
            case LogitCosineDistance:
                return 1 - nn.functional.cosine_similarity(s, t, -1);
        }

        var (top, index) = t.topk((int)Math.Min(FusedLogitLoss.Of(loss)!.Value.Entries, t.size(-1)), -1);
        return loss switch
        {
            TopKBothRenormalised => Kl(top.log_softmax(-1), s.gather(-1, index).log_softmax(-1)),
            TopKTeacherRenormalised => Kl(top.log_softmax(-1), p.gather(-1, index)),
            TopKTruncated => Kl(q.gather(-1, index), p.gather(-1, index)),
            _ => throw new ArgumentException($"no reference for {loss.Id}", nameof(loss)),
        };
    }

    private static Tensor Kl(Tensor p, Tensor q) => (p.exp() * (p - q)).sum(-1);

    private static Tensor Cap(Tensor logits, double? cap) => cap is { } c ? (logits / c).tanh() * c : logits;
}
