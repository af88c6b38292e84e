using Prunus.Decoders;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Evaluation;

/// <summary>How <see cref="Perplexity"/> cuts a text into windows.</summary>
public sealed record PerplexityOptions
{
    /// <summary>Tokens per window. The default is 1024.</summary>
    public int Window { get; init; } = 1024;

    /// <summary>Number of windows looked at; null = all. The default is null.</summary>
    public int? Windows { get; init; }

    /// <summary>
    /// Rolling windows as lm-evaluation-harness makes them: each token is predicted once, from up to <see cref="Window"/> tokens before
    /// it, in strides of this many (its pred_len); null = windows that do not overlap. Put the model's prefix token before the text to have
    /// the first token predicted too, as the harness does. The default is null.
    /// </summary>
    public int? Stride { get; init; }

    /// <summary>Windows evaluated together. The default is 1.</summary>
    public int Batch { get; init; } = 1;

    /// <exception cref="PrunusInputException">A value is out of range.</exception>
    public void Validate()
    {
        Require(Window >= 2, "--window", "must be 2 or more");
        Require(Windows is null or > 0, "--windows", "must be 1 or more");
        Require(Stride is null || (Stride > 0 && Stride <= Window), "--stride", "must be 1 or more and at most --window");
        Require(Batch > 0, "--batch", "must be 1 or more");
    }

    private static void Require(bool holds, string option, string problem)
    {
        if (!holds)
        {
            throw new PrunusInputException(option, problem, "correct the value");
        }
    }
}

/// <summary>Loss of a decoder on a text.</summary>
/// <param name="Tokens">Tokens predicted.</param>
/// <param name="MeanLoss">Mean negative log-likelihood, nats per token.</param>
/// <param name="WindowLosses">Mean loss of each window, in text order.</param>
public sealed record PerplexityResult(long Tokens, double MeanLoss, IReadOnlyList<double> WindowLosses)
{
    /// <summary>Windows looked at.</summary>
    public int Windows => WindowLosses.Count;

    /// <summary>exp of the mean loss.</summary>
    public double Perplexity => Math.Exp(MeanLoss);

    /// <summary>Bits per byte of the text that the windows cover.</summary>
    public double BitsPerByte(long bytes) => MeanLoss * Tokens / Math.Log(2) / bytes;
}

/// <summary>Perplexity by windows: the text is one string of tokens, the first token of each window is not predicted, a last shorter window counts.</summary>
public static class Perplexity
{
    /// <param name="decoder">The model.</param>
    /// <param name="tokens">The whole text.</param>
    /// <param name="options">Windows.</param>
    /// <param name="progress">Called after each window with windows done and in all.</param>
    /// <param name="cancellation">Ends between windows.</param>
    /// <exception cref="PrunusInputException">The text has fewer than two tokens or ids outside the vocabulary, or options are out of range.</exception>
    public static PerplexityResult Measure(Decoder decoder, ReadOnlySpan<int> tokens, PerplexityOptions options, Action<int, int>? progress = null, CancellationToken cancellation = default)
    {
        options.Validate();
        if (tokens.Length < 2)
        {
            throw new PrunusInputException("text", $"has {tokens.Length} tokens", "give a text of two tokens or more");
        }

        CheckIds(decoder, tokens);
        var windows = Cut(tokens.Length, options);
        var (sum, predicted) = (0.0, 0L);
        var losses = new List<double>(windows.Count);
        using var noGrad = no_grad();
        for (var i = 0; i < windows.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            var batch = windows.Skip(i).TakeWhile(w => w.Length == windows[i].Length && w.Predicted == windows[i].Predicted).Take(options.Batch).ToArray();
            foreach (var loss in BatchLosses(decoder, tokens, batch))
            {
                sum += loss;
                losses.Add(loss / batch[0].Predicted);
            }

            predicted += batch.Sum(w => w.Predicted);
            i += batch.Length - 1;
            progress?.Invoke(i + 1, windows.Count);
        }

        return new PerplexityResult(predicted, sum / predicted, losses);
    }

    /// <summary>A window: its first token, its length, and how many of its last tokens are predicted.</summary>
    private readonly record struct Window(int Start, int Length, int Predicted);

    private static List<Window> Cut(int count, PerplexityOptions options)
    {
        var windows = new List<Window>();
        var most = options.Windows ?? int.MaxValue;
        if (options.Stride is not { } stride)
        {
            for (var start = 0; start + 1 < count && windows.Count < most; start += options.Window)
            {
                var length = Math.Min(options.Window, count - start);
                windows.Add(new Window(start, length, length - 1));
            }

            return windows;
        }

        // A window holds its inputs and, one further on, its last target: hence Window + 1 tokens.
        for (var predicted = 1; predicted < count && windows.Count < most;)
        {
            var end = Math.Min(predicted + (predicted == 1 ? options.Window : stride), count);
            var start = Math.Max(0, end - options.Window - 1);
            windows.Add(new Window(start, end - start, end - predicted));
            predicted = end;
        }

        return windows;
    }

    /// <summary>Refuses ids that are no rows of the embedding.</summary>
    internal static void CheckIds(Decoder decoder, ReadOnlySpan<int> tokens)
    {
        foreach (var id in tokens)
        {
            if ((uint)id >= (uint)decoder.Config.VocabSize)
            {
                throw new PrunusInputException("text", $"has token {id}, outside the model's vocabulary of {decoder.Config.VocabSize}", "use the tokenizer that belongs to the model");
            }
        }
    }

    private static double[] BatchLosses(Decoder decoder, ReadOnlySpan<int> tokens, Window[] batch)
    {
        using var scope = NewDisposeScope();
        var length = batch[0].Length;
        var ids = new long[batch.Length * length];
        for (var b = 0; b < batch.Length; b++)
        {
            for (var t = 0; t < length; t++)
            {
                ids[(b * length) + t] = tokens[batch[b].Start + t];
            }
        }

        var input = tensor(ids, [batch.Length, length]).to(decoder.Device);
        var first = length - batch[0].Predicted;
        var hidden = decoder.Body(input).narrow(1, first - 1, batch[0].Predicted).reshape(-1, decoder.Config.Hidden);
        var targets = input.narrow(1, first, batch[0].Predicted).reshape(-1);
        return TokenLoss.PerToken(decoder, hidden, targets).view(batch.Length, -1).sum(1, type: ScalarType.Float64).cpu().data<double>().ToArray();
    }
}
