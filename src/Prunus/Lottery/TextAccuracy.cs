using System.Diagnostics;
using Prunus.Decoders;
using Prunus.Lottery.Training;
using Prunus.Native;
using static TorchSharp.torch;

namespace Prunus.Lottery;

/// <summary>How a decoder does on a text.</summary>
/// <param name="Tokens">Tokens predicted.</param>
/// <param name="Correct">Tokens that had the highest logit (the first of equal ones).</param>
/// <param name="Loss">Mean cross entropy, nats per token.</param>
/// <param name="Seconds">Time of the passes.</param>
public sealed record TextAccuracy(long Tokens, long Correct, double Loss, double Seconds)
{
    /// <summary>Share of next tokens that are right.</summary>
    public double Accuracy => (double)Correct / Tokens;

    /// <summary>exp of the mean loss.</summary>
    public double Perplexity => Math.Exp(Loss);

    /// <summary>Measures by windows that do not overlap, as <see cref="Evaluation.Perplexity"/>: the first token of each is not predicted, a last shorter one counts.</summary>
    /// <param name="decoder">The decoder.</param>
    /// <param name="tokens">The whole text.</param>
    /// <param name="window">Tokens of a window.</param>
    /// <param name="windows">The first ones alone; null = all.</param>
    /// <param name="cancellation">Asked between windows.</param>
    /// <exception cref="PrunusInputException">The text has fewer than two tokens, or ids outside the vocabulary.</exception>
    public static TextAccuracy Measure(Decoder decoder, int[] tokens, int window, int? windows = null, CancellationToken cancellation = default)
    {
        if (tokens.Length < 2)
        {
            throw new PrunusInputException("text", $"has {tokens.Length} tokens", "give a text of two tokens or more");
        }

        if (tokens.Max() is var largest && largest >= decoder.Config.VocabSize)
        {
            throw new PrunusInputException("text", $"has token {largest}, outside the model's vocabulary of {decoder.Config.VocabSize}", "use the tokenizer that belongs to the model");
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(window, 2);
        var (loss, correct, predicted, clock) = (0.0, 0.0, 0.0, Stopwatch.StartNew());
        using var noGradient = no_grad();
        for (var (start, done) = (0, 0); start + 1 < tokens.Length && done < (windows ?? int.MaxValue); start += window, done++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var length = Math.Min(window, tokens.Length - start);
            var ids = tensor(Array.ConvertAll(tokens[start..(start + length)], id => (long)id), [1, length]).to(decoder.Device);
            var logits = decoder.Head(decoder.Body(ids.narrow(1, 0, length - 1)));
            var sums = TensorMemory.Span<double>(MemberLosses.Sums(logits, ids.narrow(1, 1, length - 1), stacked: false).cpu());
            (loss, correct, predicted) = (loss + sums[0], correct + sums[1], predicted + sums[2]);
        }

        return new((long)predicted, (long)correct, loss / predicted, clock.Elapsed.TotalSeconds);
    }
}
