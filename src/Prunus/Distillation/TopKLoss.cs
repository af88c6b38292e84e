using System.Globalization;
using TorchSharp;

namespace Prunus.Distillation;

/// <summary>A loss on the teacher's k most probable entries. Exactly k count; which of several equal ones at the end of the list do is not fixed.</summary>
/// <param name="kind">Its name, before the colon.</param>
/// <param name="k">Entries that count, 1 or more; the whole vocabulary at most.</param>
public abstract class TopKLoss(string kind, int k) : IParametricLoss
{
    public string Id => string.Create(CultureInfo.InvariantCulture, $"{kind}:{k}");

    public string Kind => kind;

    public abstract string Title { get; }

    public abstract string Paper { get; }

    public bool NeedsTeacher => true;

    public bool NeedsLabels => false;

    /// <summary>Entries that count.</summary>
    internal int Entries => k;

    public ILogitLoss With(string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count >= 1
            ? With(count)
            : throw new PrunusInputException("--loss", $"'{value}' is no number of entries for {kind}", $"write a whole number of 1 or more, e.g. {kind}:1024");

    public TokenLosses Compute(LogitChunk chunk, torch.Tensor weights, double temperature)
    {
        var (top, index) = chunk.Teacher!.topk((int)Math.Min(k, chunk.Teacher.size(-1)), -1, largest: true, sorted: false);
        using (top)
        using (index)
        {
            return Compute(chunk, top, index, weights, temperature);
        }
    }

    /// <summary>The same loss with another number of entries.</summary>
    private protected abstract TopKLoss With(int count);

    /// <summary>As <see cref="ILogitLoss.Compute"/>.</summary>
    /// <param name="chunk">Logits of n tokens.</param>
    /// <param name="top">The teacher's k largest logits [n,k], in no order.</param>
    /// <param name="index">Where they are [n,k].</param>
    /// <param name="weights">Factor of each token's gradient [n,1].</param>
    /// <param name="temperature">τ.</param>
    private protected abstract TokenLosses Compute(LogitChunk chunk, torch.Tensor top, torch.Tensor index, torch.Tensor weights, double temperature);
}
