namespace Prunus.Lottery.Masks;

/// <summary>What N:M groups run along.</summary>
public enum NmLayout
{
    /// <summary>The last axis of a matrix; of kernels [out, in, kh, kw] the flattened in · kh · kw.</summary>
    Flattened,

    /// <summary>Input channels, for each output channel and kernel position apart: what sparse tensor cores need of a convolution. Of a matrix the same as <see cref="Flattened"/>.</summary>
    InputChannels,
}

/// <summary>At most N of each M consecutive weights are kept (Zhou et al. 2021, "Learning N:M fine-grained structured sparse neural networks from scratch", arXiv 2102.04010).</summary>
/// <param name="Kept">N.</param>
/// <param name="Group">M.</param>
public sealed record NmPattern(int Kept, int Group)
{
    /// <summary>λ of SR-STE: 2e-4 in the paper.</summary>
    public const double PaperDecay = 2e-4;

    /// <summary>The pattern of <c>2:4</c>.</summary>
    /// <exception cref="PrunusInputException">It is not two counts, the first from 1 to the second.</exception>
    public static NmPattern Parse(string text) => text.Split(':') is [var n, var m] && int.TryParse(n, out var kept) && int.TryParse(m, out var group) && kept >= 1 && kept <= group
        ? new(kept, group)
        : throw new PrunusInputException("N:M pattern", $"'{text}' is not N:M with N from 1 to M", "write 2:4");

    /// <summary>Keeps the N highest scores of each group; a short last group of r keeps min(N, r). Of equal scores the lower index goes first.</summary>
    /// <param name="shape">[out, in] or [out, in, kh, kw].</param>
    /// <param name="scores">A score for every element, row-major; magnitudes, say.</param>
    /// <param name="layout">What groups run along.</param>
    public Mask Of(IReadOnlyList<long> shape, ReadOnlySpan<float> scores, NmLayout layout = NmLayout.InputChannels)
    {
        var rows = (int)shape[0];
        var length = scores.Length / rows;
        var stride = layout == NmLayout.InputChannels ? (int)shape.Skip(2).Aggregate(1L, (n, d) => n * d) : 1;
        var kept = new bool[scores.Length];
        for (var row = 0; row < rows; row++)
        {
            for (var lane = 0; lane < stride; lane++)
            {
                for (var start = 0; start < length / stride; start += Group)
                {
                    Fill(scores, kept, (row * length) + lane + (start * stride), stride, Math.Min(Group, (length / stride) - start));
                }
            }
        }

        return Mask.Of(shape, kept);
    }

    /// <summary>Gradient of SR-STE (the paper's equation 9): g + λ (1 - m) w; pruned weights are drawn to 0 while the straight-through gradient passes them.</summary>
    /// <param name="gradient">Gradient with respect to the masked weights.</param>
    /// <param name="weights">Dense weights.</param>
    /// <param name="mask">What is kept now.</param>
    /// <param name="decay">λ.</param>
    public static float[] RefinedGradient(ReadOnlySpan<float> gradient, ReadOnlySpan<float> weights, Mask mask, double decay = PaperDecay)
    {
        var refined = gradient.ToArray();
        for (var i = 0; i < refined.Length; i++)
        {
            refined[i] += mask[i] ? 0 : (float)decay * weights[i];
        }

        return refined;
    }

    private void Fill(ReadOnlySpan<float> scores, bool[] kept, int start, int stride, int length)
    {
        Span<int> order = stackalloc int[length <= 64 ? length : 0];
        order = length <= 64 ? order : new int[length];
        for (var i = 0; i < length; i++)
        {
            // Insertion: highest first, of equal ones the later index first.
            var at = i;
            for (; at > 0 && scores[start + (order[at - 1] * stride)] <= scores[start + (i * stride)]; at--)
            {
                order[at] = order[at - 1];
            }

            order[at] = i;
        }

        foreach (var i in order[..Math.Min(Kept, length)])
        {
            kept[start + (i * stride)] = true;
        }
    }
}
