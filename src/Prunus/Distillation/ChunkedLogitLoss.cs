using Prunus.Native;
using TorchSharp;

namespace Prunus.Distillation;

/// <summary>
/// Losses on logits, forward and backward together, a chunk of tokens at a time: the logits of a whole batch never exist.
/// Nothing is fetched from the device.
/// </summary>
public sealed class ChunkedLogitLoss
{
    // Student and teacher logits, their log-probabilities and the teacher's probabilities live at once.
    private const int PlainBytesPerLogit = 5 * sizeof(float);

    // Student and teacher logits in bfloat16.
    private const int FusedBytesPerLogit = 2 * 2;

    private readonly long? _chunkBytes;
    private readonly bool _useKernel;
    private readonly bool _kernelTerms;
    private readonly LogitLossTerm? _divergence;
    private readonly LogitLossTerm? _likelihood;

    /// <param name="terms">What is added up.</param>
    /// <param name="chunkBytes">Bytes that a chunk's buffers may take; default 1.6 GB on a GPU (0.8 GB with the fused kernel), 64 MB on a CPU.</param>
    /// <param name="useKernel">Whether to use the fused CUDA kernel where it covers the case (bfloat16; one loss that compares with a teacher, cross entropy or both).</param>
    public ChunkedLogitLoss(IReadOnlyList<LogitLossTerm> terms, long? chunkBytes = null, bool useKernel = true)
    {
        ArgumentNullException.ThrowIfNull(terms);
        Terms = terms;
        _chunkBytes = chunkBytes;
        _divergence = terms.FirstOrDefault(term => FusedLogitLoss.Of(term.Loss) is not null);
        _likelihood = terms.FirstOrDefault(term => term.Loss is CrossEntropy);
        _useKernel = useKernel;
        _kernelTerms = terms.Count > 0 && terms.Count == (_divergence is null ? 0 : 1) + (_likelihood is null ? 0 : 1);
    }

    public IReadOnlyList<LogitLossTerm> Terms { get; }

    /// <summary>Whether some term compares with a teacher.</summary>
    public bool NeedsTeacher => Terms.Any(term => term.Loss.NeedsTeacher);

    /// <summary>Whether some term compares with labels.</summary>
    public bool NeedsLabels => Terms.Any(term => term.Loss.NeedsLabels);

    /// <summary>Why the fused kernel is not used for logits of a type on a device; null where it is. Compiles it if need be.</summary>
    /// <param name="device">Where the logits are.</param>
    /// <param name="type">Type of the student's and the teacher's states.</param>
    public string? PlainReason(torch.Device device, torch.ScalarType type)
    {
        var reason = !_useKernel ? "the kernel is not wanted"
            : !_kernelTerms ? $"{string.Join(" + ", Terms.Select(term => term.Loss.Id))} has no kernel"
            : type != torch.ScalarType.BFloat16 ? "only bfloat16 has kernels"
            : null;
        return reason is null && FusedLogitKernel.For(device, _divergence?.Loss, out reason) is not null ? null : reason;
    }

    /// <summary>Computes the losses, sends the gradient into the student's body and adds it to the head's gradient.</summary>
    /// <param name="hidden">Student states after the final norm [N,H]; part of a graph.</param>
    /// <param name="head">Student head; its weight gets no gradient from the graph of <paramref name="hidden"/> here.</param>
    /// <param name="headGradient">The head weight's gradient [V,H] float32, added to in place; null for a frozen head.</param>
    /// <param name="teacherHidden">Teacher states after its final norm [N,Ht], or null.</param>
    /// <param name="teacherHead">Teacher head with the same vocabulary, or null.</param>
    /// <param name="targets">Labels and counting tokens.</param>
    /// <returns>Mean loss of every term, unweighted [terms] float32, on the device; the caller disposes it.</returns>
    public torch.Tensor Backward(
        torch.Tensor hidden,
        LogitHead head,
        torch.Tensor? headGradient,
        torch.Tensor? teacherHidden,
        LogitHead? teacherHead,
        LogitTargets targets)
    {
        var tokens = hidden.size(0);
        var kernel = Kernel(hidden, teacherHidden);
        var rows = ChunkRows(head.Weight.size(0), hidden.device_type, kernel is not null);
        torch.Tensor sums;
        torch.Tensor hiddenGradient;
        using (torch.no_grad())
        using (var scope = torch.NewDisposeScope())
        {
            var states = hidden.detach();
            var shares = Terms.Select(term => targets.Shares(term.Loss, tokens, hidden.device)).ToArray();
            sums = torch.zeros(Terms.Count, dtype: torch.ScalarType.Float32, device: hidden.device).MoveToOuterDisposeScope();
            hiddenGradient = torch.empty_like(states).MoveToOuterDisposeScope();
            for (long start = 0; start < tokens; start += rows)
            {
                var count = Math.Min(rows, tokens - start);
                using var chunkScope = torch.NewDisposeScope();
                var slice = states.narrow(0, start, count);
                var teacher = teacherHead is { } other && NeedsTeacher ? other.Logits(teacherHidden!.narrow(0, start, count)) : null;
                var labels = targets.Labels?.narrow(0, start, count);
                var part = Array.ConvertAll(shares, share => share.narrow(0, start, count));
                var logits = head.Logits(slice);
                var gradient = kernel is not null
                    ? Fused(kernel, logits, teacher, labels, part, head.SoftCap, teacherHead?.SoftCap, sums)
                    : Plain(head, logits, Capped(teacher, teacherHead), labels, part, sums);
                hiddenGradient.narrow(0, start, count).copy_(gradient.matmul(head.Weight));
                AddHeadGradient(headGradient, gradient, slice);
            }
        }

        using (hiddenGradient)
        {
            hidden.backward([hiddenGradient]);
        }

        return sums;
    }

    /// <summary>Tokens in a chunk.</summary>
    internal long ChunkRows(long vocabulary, DeviceType device, bool fused)
    {
        var bytes = _chunkBytes ?? (device == DeviceType.CPU ? 64L << 20 : fused ? 800L << 20 : 1600L << 20);
        var rows = bytes / (vocabulary * (fused ? FusedBytesPerLogit : PlainBytesPerLogit));
        return rows >= 64 ? rows / 64 * 64 : Math.Max(1, rows);
    }

    private FusedLogitKernel? Kernel(torch.Tensor hidden, torch.Tensor? teacherHidden) =>
        _useKernel && _kernelTerms && hidden.dtype == torch.ScalarType.BFloat16 && (_divergence is null || teacherHidden?.dtype == torch.ScalarType.BFloat16)
            ? FusedLogitKernel.For(hidden.device, _divergence?.Loss, out _)
            : null;

    private torch.Tensor Fused(
        FusedLogitKernel kernel, torch.Tensor logits, torch.Tensor? teacher, torch.Tensor? labels, torch.Tensor[] shares, double? cap, double? teacherCap, torch.Tensor sums)
    {
        var losses = kernel.Run(logits, teacher, labels, With(_divergence), With(_likelihood), cap, teacherCap).sum(1);
        for (var i = 0; i < Terms.Count; i++)
        {
            Ops.AddInPlace(sums.select(0, i), losses.select(0, ReferenceEquals(Terms[i], _divergence) ? 0 : 1), TauFactor(Terms[i]));
        }

        return logits;

        (LogitLossTerm, torch.Tensor)? With(LogitLossTerm? term) => term is null ? null : (term, shares[IndexOf(term)]);

        int IndexOf(LogitLossTerm term) => ReferenceEquals(Terms[0], term) ? 0 : 1;
    }

    private torch.Tensor Plain(LogitHead head, torch.Tensor logits, torch.Tensor? teacher, torch.Tensor? labels, torch.Tensor[] shares, torch.Tensor sums)
    {
        var type = logits.dtype;
        if (head.SoftCap is not null)
        {
            // In bfloat16 the three roundings of the cap would show in the loss.
            logits = head.Cap(logits.to(torch.ScalarType.Float32));
        }

        var chunk = new LogitChunk(logits, teacher, labels);
        torch.Tensor? total = null;
        for (var i = 0; i < Terms.Count; i++)
        {
            using var weights = Ops.Multiply(shares[i], Terms[i].Factor);
            var losses = Terms[i].Loss.Compute(chunk, weights, Terms[i].Temperature);
            Ops.AddInPlace(sums.select(0, i), losses.PerToken.unsqueeze(-1).mul_(shares[i]).sum(), TauFactor(Terms[i]));
            losses.PerToken.Dispose();
            if (total is null)
            {
                total = losses.Gradient;
            }
            else
            {
                Ops.AddInPlace(total, losses.Gradient);
                losses.Gradient.Dispose();
            }
        }

        total ??= torch.zeros_like(logits, dtype: torch.ScalarType.Float32);
        head.BackThroughCap(logits, total);
        return total.to(type);
    }

    private static torch.Tensor? Capped(torch.Tensor? teacher, LogitHead? head) =>
        teacher is not null && head is { SoftCap: not null } capped ? capped.Cap(teacher.to(torch.ScalarType.Float32)) : teacher;

    private static double TauFactor(LogitLossTerm term) => term.TauSquared ? term.Temperature * term.Temperature : 1;

    private static void AddHeadGradient(torch.Tensor? sum, torch.Tensor gradient, torch.Tensor hidden)
    {
        if (sum is null)
        {
            return;
        }

        var transposed = gradient.t();
        if (sum.dtype == gradient.dtype)
        {
            sum.addmm_(transposed, hidden);
        }
        else
        {
            Ops.AddInPlace(sum, transposed.matmul(hidden));
        }
    }
}
