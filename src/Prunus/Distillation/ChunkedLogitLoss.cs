using TorchSharp;

namespace Prunus.Distillation;

/// <summary>
/// Losses on logits, forward and backward together, a chunk of tokens at a time: the logits of a whole batch never exist.
/// Nothing is fetched from the device.
/// </summary>
public sealed class ChunkedLogitLoss
{
    // Student and teacher logits, their log-probabilities and the teacher's probabilities live at once.
    private const int BuffersPerToken = 5;

    private readonly long? _chunkBytes;

    /// <param name="terms">What is added up.</param>
    /// <param name="chunkBytes">Bytes that a chunk's float32 buffers may take; default 1.6 GB on a GPU, 64 MB on a CPU.</param>
    public ChunkedLogitLoss(IReadOnlyList<LogitLossTerm> terms, long? chunkBytes = null)
    {
        ArgumentNullException.ThrowIfNull(terms);
        Terms = terms;
        _chunkBytes = chunkBytes;
    }

    public IReadOnlyList<LogitLossTerm> Terms { get; }

    /// <summary>Whether some term compares with a teacher.</summary>
    public bool NeedsTeacher => Terms.Any(term => term.Loss.NeedsTeacher);

    /// <summary>Whether some term compares with labels.</summary>
    public bool NeedsLabels => Terms.Any(term => term.Loss.NeedsLabels);

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
        var vocabulary = head.Weight.size(0);
        var rows = ChunkRows(vocabulary, hidden.device_type);
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
                var logits = head.Logits(slice);
                var chunk = new LogitChunk(logits, teacher, targets.Labels?.narrow(0, start, count));
                using var gradient = Gradient(chunk, shares, start, sums);
                head.BackThroughCap(logits, gradient);
                using var typed = gradient.to(states.dtype);
                using var back = typed.matmul(head.Weight);
                hiddenGradient.narrow(0, start, count).copy_(back);
                AddHeadGradient(headGradient, typed, slice);
            }
        }

        using (hiddenGradient)
        {
            hidden.backward([hiddenGradient]);
        }

        return sums;
    }

    /// <summary>Tokens in a chunk.</summary>
    internal long ChunkRows(long vocabulary, DeviceType device)
    {
        var bytes = _chunkBytes ?? (device == DeviceType.CPU ? 64L << 20 : 1600L << 20);
        var rows = bytes / (vocabulary * sizeof(float) * BuffersPerToken);
        return rows >= 64 ? rows / 64 * 64 : Math.Max(1, rows);
    }

    private torch.Tensor Gradient(LogitChunk chunk, torch.Tensor[] shares, long start, torch.Tensor sums)
    {
        torch.Tensor? total = null;
        for (var i = 0; i < Terms.Count; i++)
        {
            var term = Terms[i];
            using var share = shares[i].narrow(0, start, chunk.Student.size(0));
            using var weights = share * term.Factor;
            var losses = term.Loss.Compute(chunk, weights, term.Temperature);
            using var mean = losses.PerToken.unsqueeze(-1).mul_(share).sum();
            using var sum = sums.select(0, i);
            sum.add_(mean, alpha: term.TauSquared ? term.Temperature * term.Temperature : 1);
            losses.PerToken.Dispose();
            if (total is null)
            {
                total = losses.Gradient;
            }
            else
            {
                total.add_(losses.Gradient);
                losses.Gradient.Dispose();
            }
        }

        return total ?? torch.zeros_like(chunk.Student, dtype: torch.ScalarType.Float32);
    }

    private static void AddHeadGradient(torch.Tensor? sum, torch.Tensor gradient, torch.Tensor hidden)
    {
        if (sum is null)
        {
            return;
        }

        using var transposed = gradient.t();
        if (sum.dtype == gradient.dtype)
        {
            sum.addmm_(transposed, hidden);
            return;
        }

        using var product = transposed.matmul(hidden);
        sum.add_(product);
    }
}
