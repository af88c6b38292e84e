using System.Diagnostics;
using Prunus.Native;
using TorchSharp;

namespace Prunus.Distillation;

/// <summary>Holds the fused CUDA kernel against the plain way on small random logits.</summary>
public static class FusedLogitCheck
{
    private const int Tokens = 9;

    private static readonly Case[] Cases =
    [
        new("cross entropy", 1024, Divergence: false),
        new("forward KL", 1024, Likelihood: false),
        new("both", 1024),
        new("both, odd vocabulary", 1031),
        new("both, tau 2", 1024, Temperature: 2),
        new("both, tau 0.5, odd vocabulary", 1031, Temperature: 0.5),
        new("both, tau 2, soft caps", 1024, Temperature: 2, Cap: 5),
        new("cross entropy, soft cap", 1031, Divergence: false, Cap: 5),
        new("forward KL, 49152", 49152, Likelihood: false),
    ];

    /// <summary>Runs every case and times a large one; never throws for what it finds.</summary>
    /// <param name="device">Device to look at.</param>
    public static IReadOnlyList<DoctorFinding> Examine(torch.Device device)
    {
        if (FusedLogitKernel.For(device, out var reason) is not { } kernel)
        {
            return [new("kernels", FindingState.Warn, $"the fused loss kernel is not in use: {reason}", "training works without it, more slowly")];
        }

        return [.. Findings(kernel.Run, device), Speed(kernel.Run, device)];
    }

    /// <summary>A message when the kernel is wrong on this device, else null.</summary>
    internal static string? Fault(LogitKernel kernel, torch.Device device)
    {
        var (loss, gradient) = Errors(kernel, device, Cases[4]);
        return Sound(loss, gradient) ? null : $"its results are wrong here (loss off by {loss:G2}, gradient by {gradient:G2})";
    }

    /// <summary>Every case, held against the plain way.</summary>
    internal static IEnumerable<DoctorFinding> Findings(LogitKernel kernel, torch.Device device) => Cases.Select(c => Finding(kernel, device, c));

    private static DoctorFinding Finding(LogitKernel kernel, torch.Device device, Case c)
    {
        var (loss, gradient) = Errors(kernel, device, c);
        var text = FormattableString.Invariant($"{c.Name}: loss off by {loss:E1}, gradient by {gradient:E1} of its norm");
        return Sound(loss, gradient) ? new("kernel-loss", FindingState.Ok, text) : new("kernel-loss", FindingState.Missing, text, $"export {FusedLogitKernel.Switch}=off");
    }

    // The gradient comes out in bfloat16: rounding alone is 2^-9 of each entry at most.
    private static bool Sound(double loss, double gradient) => loss < 1e-4 && gradient < 4e-3;

    private static (double Loss, double Gradient) Errors(LogitKernel kernel, torch.Device device, Case c)
    {
        using var noGradient = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        using var generator = new torch.Generator(11);
        var student = Logits(c.Vocabulary);
        var teacher = Logits(c.Vocabulary);
        var labels = torch.randint(0, c.Vocabulary, Tokens, generator: generator).to(device);
        labels[2] = -100;
        var shares = torch.full([Tokens, 1], 0.125, dtype: torch.ScalarType.Float32, device: device);
        shares[4] = 0;
        var likelihoodShares = shares * labels.ge(0).unsqueeze(-1);
        var head = new LogitHead(student, c.Cap);
        var capped = head.Cap(student.to(torch.ScalarType.Float32));
        var chunk = new LogitChunk(capped, new LogitHead(teacher, c.Cap).Cap(teacher.to(torch.ScalarType.Float32)), labels);
        var expected = torch.zeros([Tokens, c.Vocabulary], dtype: torch.ScalarType.Float32, device: device);
        var losses = torch.zeros([2, Tokens], dtype: torch.ScalarType.Float32, device: device);
        var divergence = new LogitLossTerm(DistillationLosses.ForwardKl, 0.7, c.Temperature);
        var likelihood = new LogitLossTerm(DistillationLosses.CrossEntropy, 0.3);
        Add(c.Divergence, divergence, shares, 0);
        Add(c.Likelihood, likelihood, likelihoodShares, 1);
        head.BackThroughCap(capped, expected);
        var actual = student.clone();
        var actualLosses = kernel(
            actual, teacher, labels, c.Divergence ? (divergence, shares) : null, c.Likelihood ? (likelihood, likelihoodShares) : null, c.Cap, c.Cap);
        var difference = actual.to(torch.ScalarType.Float32) - expected;
        return ((actualLosses - losses).abs().max().item<float>(), Bad(difference.norm().item<float>() / expected.norm().item<float>()));

        torch.Tensor Logits(int vocabulary) => (torch.randn(Tokens, vocabulary, generator: generator) * 3).to(torch.ScalarType.BFloat16).to(device);

        void Add(bool wanted, LogitLossTerm term, torch.Tensor share, int row)
        {
            if (wanted)
            {
                var part = term.Loss.Compute(chunk, share * term.Factor, term.Temperature);
                expected.add_(part.Gradient);
                losses[row] = part.PerToken * share.squeeze(-1);
            }
        }
    }

    private static DoctorFinding Speed(LogitKernel kernel, torch.Device device)
    {
        const int tokens = 4096, vocabulary = 49152, repeats = 10;
        using var noGradient = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        var student = torch.randn(tokens, vocabulary, dtype: torch.ScalarType.BFloat16, device: device);
        var teacher = torch.randn(tokens, vocabulary, dtype: torch.ScalarType.BFloat16, device: device);
        var shares = torch.full([tokens, 1], 1.0 / tokens, dtype: torch.ScalarType.Float32, device: device);
        var term = new LogitLossTerm(DistillationLosses.ForwardKl);
        var plain = Time(() => term.Loss.Compute(new(student, teacher, null), shares, 1).Dispose());
        var fused = Time(() => kernel(student, teacher, null, (term, shares), null, null, null).Dispose());
        return new("kernel-speed", FindingState.Ok, FormattableString.Invariant($"forward KL of {tokens} x {vocabulary} logits: {fused:F2} ms, by single operators {plain:F2} ms"));

        double Time(Action action)
        {
            action();
            Devices.Synchronize(device);
            var clock = Stopwatch.StartNew();
            for (var i = 0; i < repeats; i++)
            {
                action();
            }

            Devices.Synchronize(device);
            return clock.Elapsed.TotalMilliseconds / repeats;
        }
    }

    private static double Bad(double value) => double.IsNaN(value) ? double.PositiveInfinity : value;

    private sealed record Case(string Name, int Vocabulary, bool Divergence = true, bool Likelihood = true, double Temperature = 1, double? Cap = null);
}
