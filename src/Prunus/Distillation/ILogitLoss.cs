using TorchSharp;

namespace Prunus.Distillation;

/// <summary>
/// A loss on the logits of single tokens with its gradient written out by hand, so that it can run chunk by chunk without a graph.
/// Listed in <see cref="DistillationLosses.All"/>.
/// </summary>
public interface ILogitLoss
{
    /// <summary>Id in recipes and options: <c>forward-kl</c>.</summary>
    string Id { get; }

    /// <summary>Name in the field's terms.</summary>
    string Title { get; }

    /// <summary>Where it is defined.</summary>
    string Paper { get; }

    /// <summary>Whether it compares with teacher logits.</summary>
    bool NeedsTeacher { get; }

    /// <summary>Whether it compares with labels; tokens with a negative label then do not count.</summary>
    bool NeedsLabels { get; }

    /// <summary>Loss of every token and the gradient of their weighted sum.</summary>
    /// <param name="chunk">Logits of n tokens; must be left as they are.</param>
    /// <param name="weights">Factor of each token's gradient [n,1] float32; 0 where the token does not count.</param>
    /// <param name="temperature">τ: both sides' logits are divided by it. No τ² factor: the caller has put it into the weights if wanted.</param>
    /// <returns>Tensors that the caller disposes.</returns>
    TokenLosses Compute(LogitChunk chunk, torch.Tensor weights, double temperature);
}

/// <summary>Logits of a run of tokens, soft caps applied.</summary>
/// <param name="Student">Student logits [n,V], float32 or bfloat16.</param>
/// <param name="Teacher">Teacher logits of the same tokens [n,V], or null.</param>
/// <param name="Labels">Right entries of the vocabulary [n] int64, negative = none; or null.</param>
public readonly record struct LogitChunk(torch.Tensor Student, torch.Tensor? Teacher, torch.Tensor? Labels);

/// <summary>What a loss gives for a chunk.</summary>
/// <param name="PerToken">Unweighted loss of each token [n] float32.</param>
/// <param name="Gradient">Gradient of Σ weight·loss with respect to the student logits [n,V] float32; may be changed in place.</param>
public readonly record struct TokenLosses(torch.Tensor PerToken, torch.Tensor Gradient) : IDisposable
{
    public void Dispose()
    {
        PerToken.Dispose();
        Gradient.Dispose();
    }
}
