using System.Diagnostics;
using Prunus.Native;
using TorchSharp;

namespace Prunus.Distillation;

/// <summary>Holds the fused CUDA kernels against the plain way on small random logits.</summary>
public static class FusedLogitCheck
{
    private const int Tokens = 9;

    // Above this a case is left to `prunus doctor`: what a kernel is first used for waits for the others.
    private const int LargestAtBuild = 16384;

    private static readonly ILogitLoss[] Divergences =
    [
        DistillationLosses.ForwardKl,
        new ReverseKullbackLeibler(),
        new JensenShannon(0.3),
        new MeanSquaredError(),
        new LogitMeanSquaredError(),
        new CosineDistance(),
        new LogitCosineDistance(),
        new TopKBothRenormalised(100),
        new TopKTeacherRenormalised(100),
        new TopKTruncated(100),
    ];

    private static readonly Case[] Cases =
    [
        new("alone", null, 1024),
        new("odd vocabulary", null, 1031),
        new("soft cap, odd vocabulary", null, 1031, Cap: 5),
        .. Divergences.SelectMany(Of),
    ];

    /// <summary>Runs every case of every loss and times a large one of each; never throws for what it finds.</summary>
    /// <param name="device">Device to look at.</param>
    public static IReadOnlyList<DoctorFinding> Examine(torch.Device device)
    {
        if (FusedLogitKernel.Unavailable(device) is { } unavailable)
        {
            return [Unused("any loss", unavailable)];
        }

        var missing = new List<(string Loss, string Reason)>();
        var findings = new List<DoctorFinding>();
        foreach (var loss in Divergences.Prepend<ILogitLoss?>(null))
        {
            if (FusedLogitKernel.For(device, loss, out var reason) is { } kernel)
            {
                findings.AddRange(Findings(kernel.Run, Symbol(loss), device));
                findings.AddRange(loss is null ? [] : [Speed(kernel.Run, loss, device)]);
            }
            else
            {
                missing.Add((Id(loss), reason ?? "unknown"));
            }
        }

        return [.. missing.GroupBy(m => m.Reason, m => m.Loss).Select(g => Unused(string.Join(", ", g), g.Key)), .. findings];
    }

    /// <summary>A message when the kernel of a loss is wrong on this device, else null.</summary>
    internal static string? Fault(LogitKernel kernel, string symbol, torch.Device device)
    {
        foreach (var c in Cases.Where(c => Symbol(c.Divergence) == symbol && c.Vocabulary <= LargestAtBuild))
        {
            var (loss, gradient) = Errors(kernel, device, c);
            if (!Sound(c, loss, gradient))
            {
                return FormattableString.Invariant($"its results are wrong here ({c.Title}: loss off by {loss:G2}, gradient by {gradient:G2})");
            }
        }

        return null;
    }

    /// <summary>Every case of a loss, held against the plain way.</summary>
    internal static IEnumerable<DoctorFinding> Findings(LogitKernel kernel, string symbol, torch.Device device) =>
        Cases.Where(c => Symbol(c.Divergence) == symbol).Select(c => Finding(kernel, device, c));

    /// <summary>What the source calls the losses that are checked.</summary>
    internal static IEnumerable<string> Symbols => Cases.Select(c => Symbol(c.Divergence)).Distinct();

    private static IEnumerable<Case> Of(ILogitLoss loss)
    {
        yield return new("alone", loss, 1024, Likelihood: false);
        yield return new("with cross entropy", loss, 1024);
        yield return new("with cross entropy, odd vocabulary", loss, 1031);
        yield return new("with cross entropy, tau 2", loss, 1024, Temperature: 2);
        yield return new("with cross entropy, tau 0.5, odd vocabulary", loss, 1031, Temperature: 0.5);
        yield return new("with cross entropy, tau 2, soft caps", loss, 1024, Temperature: 2, Cap: 5);
        yield return new("alone, 49152", loss, 49152, Likelihood: false);
        if (loss is IParametricLoss parametric && FusedLogitLoss.Of(loss) is { Entries: > 0 })
        {
            // More entries than a block gathers; more than there are.
            yield return new("with cross entropy, 9000", parametric.With("5000"), 9000);
            yield return new("with cross entropy, 1024", parametric.With("2000"), 1024);
        }
    }

    private static string Symbol(ILogitLoss? divergence) => divergence is null ? FusedLogitLoss.Labels.Symbol : FusedLogitLoss.Of(divergence)!.Value.Symbol;

    private static string Id(ILogitLoss? divergence) => (divergence ?? DistillationLosses.CrossEntropy).Id;

    private static DoctorFinding Unused(string losses, string reason) =>
        new("kernels", FindingState.Warn, $"the fused loss kernel is not in use for {losses}: {reason}", "training works without it, more slowly");

    private static DoctorFinding Finding(LogitKernel kernel, torch.Device device, Case c)
    {
        var (loss, gradient) = Errors(kernel, device, c);
        var text = FormattableString.Invariant($"{c.Title}: loss off by {loss:E1} of the largest, gradient by {gradient:E1} of its norm");
        return Sound(c, loss, gradient) ? new("kernel-loss", FindingState.Ok, text) : new("kernel-loss", FindingState.Missing, text, $"export {FusedLogitKernel.Switch}=off");
    }

    // The gradient comes out in bfloat16: rounding alone is 2^-9 of each entry at most. The plain way's own sums over long rows are off by some 1e-4 on a CPU.
    private static bool Sound(Case c, double loss, double gradient) => loss < (c.Vocabulary <= LargestAtBuild ? 1e-4 : 1e-3) && gradient < 4e-3;

    private static (double Loss, double Gradient) Errors(LogitKernel kernel, torch.Device device, Case c)
    {
        using var noGradient = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        using var generator = new torch.Generator(11);
        var student = Logits(0);
        var teacher = Logits(c.Divergence is null ? 0 : FusedLogitLoss.Of(c.Divergence)!.Value.Entries);
        var labels = torch.randint(0, c.Vocabulary, Tokens, generator: generator).to(device);
        labels[2] = -100;
        var shares = Ops.Full([Tokens, 1], 0.125, device);
        shares[4] = 0;
        var likelihoodShares = shares * Ops.IsAtLeast(labels, 0).unsqueeze(-1);
        var head = new LogitHead(student, c.Cap);
        var capped = head.Cap(student.to(torch.ScalarType.Float32));
        var chunk = new LogitChunk(capped, new LogitHead(teacher, c.Cap).Cap(teacher.to(torch.ScalarType.Float32)), labels);
        var expected = torch.zeros([Tokens, c.Vocabulary], dtype: torch.ScalarType.Float32, device: device);
        var losses = torch.zeros([2, Tokens], dtype: torch.ScalarType.Float32, device: device);
        var divergence = c.Divergence is null ? null : new LogitLossTerm(c.Divergence, 0.7, c.Temperature);
        var likelihood = c.Likelihood ? new LogitLossTerm(DistillationLosses.CrossEntropy, 0.3) : null;
        Add(divergence, shares, 0);
        Add(likelihood, likelihoodShares, 1);
        head.BackThroughCap(capped, expected);
        var actual = student.clone();
        var actualLosses = kernel(
            actual, teacher, labels, divergence is null ? null : (divergence, shares), likelihood is null ? null : (likelihood, likelihoodShares), c.Cap, c.Cap);
        var difference = actual.to(torch.ScalarType.Float32) - expected;
        var lossErrors = (actualLosses - losses).abs().amax([1]) / Ops.AtLeast(losses.abs().amax([1]), 1e-12);
        return (Bad(lossErrors.max().item<float>()), Bad(difference.norm().item<float>() / expected.norm().item<float>()));

        torch.Tensor Logits(int top)
        {
            var logits = Ops.Multiply(torch.randn(Tokens, c.Vocabulary, generator: generator), 3);
            if (top > 0 && top < c.Vocabulary)
            {
                // A gap after the k-th largest: of equal ones the two ways may take different ones.
                var (_, index) = logits.topk(top, -1);
                logits.scatter_add_(-1, index, Ops.Full([Tokens, top], 2, torch.CPU));
            }

            return logits.to(torch.ScalarType.BFloat16).to(device);
        }

        void Add(LogitLossTerm? term, torch.Tensor share, int row)
        {
            if (term is not null)
            {
                var part = term.Loss.Compute(chunk, Ops.Multiply(share, term.Factor), term.Temperature);
                Ops.AddInPlace(expected, part.Gradient);
                losses[row] = part.PerToken * share.squeeze(-1);
            }
        }
    }

    private static DoctorFinding Speed(LogitKernel kernel, ILogitLoss loss, torch.Device device)
    {
        const int tokens = 4096, vocabulary = 49152, repeats = 10;
        using var noGradient = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        var student = torch.randn(tokens, vocabulary, dtype: torch.ScalarType.BFloat16, device: device);
        var teacher = torch.randn(tokens, vocabulary, dtype: torch.ScalarType.BFloat16, device: device);
        var shares = Ops.Full([tokens, 1], 1.0 / tokens, device);
        var term = new LogitLossTerm(loss);
        var plain = Time(() => term.Loss.Compute(new(student, teacher, null), shares, 1).Dispose());
        var fused = Time(() => kernel(student, teacher, null, (term, shares), null, null, null).Dispose());
        return new("kernel-speed", FindingState.Ok, FormattableString.Invariant($"{loss.Id} of {tokens} x {vocabulary} logits: {fused:F2} ms, by single operators {plain:F2} ms"));

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

    private sealed record Case(string Name, ILogitLoss? Divergence, int Vocabulary, bool Likelihood = true, double Temperature = 1, double? Cap = null)
    {
        public string Title => $"{Id(Divergence)} {Name}";
    }
}
