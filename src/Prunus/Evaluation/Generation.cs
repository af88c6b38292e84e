using Prunus.Decoders;
using Prunus.Randomness;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Evaluation;

/// <summary>How the next token is chosen.</summary>
public sealed record GenerationOptions
{
    /// <summary>Tokens to generate at most. The default is 64.</summary>
    public int MaxTokens { get; init; } = 64;

    /// <summary>Logits are divided by this; 0 = greedy. The default is 0.</summary>
    public double Temperature { get; init; }

    /// <summary>Only the k most likely tokens, and ties with the k-th, are drawn from; 0 = all. The default is 0.</summary>
    public int TopK { get; init; }

    /// <summary>Only the smallest set of tokens whose probability reaches this is drawn from (nucleus sampling). The default is 1.</summary>
    public double TopP { get; init; } = 1;

    /// <summary>Seed of the draws. The default is 0.</summary>
    public long Seed { get; init; }

    /// <summary>Generation ends before one of these tokens. The default is none.</summary>
    public IReadOnlyCollection<int> StopTokens { get; init; } = [];

    /// <exception cref="PrunusInputException">A value is out of range.</exception>
    public void Validate()
    {
        Require(MaxTokens > 0, "--max-tokens", "must be 1 or more");
        Require(double.IsFinite(Temperature) && Temperature >= 0, "--temperature", "must be 0 or more");
        Require(TopK >= 0, "--top-k", "must be 0 or more");
        Require(TopP is > 0 and <= 1, "--top-p", "must lie in (0, 1]");
    }

    private static void Require(bool holds, string option, string problem)
    {
        if (!holds)
        {
            throw new PrunusInputException(option, problem, "correct the value");
        }
    }
}

/// <summary>Continues a prompt token by token with a key-value cache.</summary>
public static class Generation
{
    /// <summary>Yields tokens as they are chosen.</summary>
    /// <exception cref="PrunusInputException">The prompt is empty or holds ids outside the vocabulary.</exception>
    public static IEnumerable<int> Generate(Decoder decoder, IReadOnlyList<int> prompt, GenerationOptions options, CancellationToken cancellation = default)
    {
        options.Validate();
        if (prompt.Count == 0)
        {
            throw new PrunusInputException("--prompt", "holds no token", "give some text");
        }

        return Continue(decoder, prompt, options, cancellation);
    }

    private static IEnumerable<int> Continue(Decoder decoder, IReadOnlyList<int> prompt, GenerationOptions options, CancellationToken cancellation)
    {
        using var cache = new KeyValueCache();
        var generator = new Philox4x32(unchecked((ulong)options.Seed));
        var next = prompt.Select(t => (long)t).ToArray();
        for (var step = 0; step < options.MaxTokens; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (decoder.Config.PositionOffset is not null && cache.Length + next.Length > decoder.Config.MaxPositions)
            {
                yield break;
            }

            var token = Choose(NextLogits(decoder, next, cache), options, generator.Uniform((ulong)step));
            if (options.StopTokens.Contains(token))
            {
                yield break;
            }

            yield return token;
            next = [token];
        }
    }

    private static float[] NextLogits(Decoder decoder, long[] ids, KeyValueCache cache)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var input = tensor(ids, [1, ids.Length]).to(decoder.Device);
        if (cache.Length == 0)
        {
            Trace.CheckIds(decoder, input);
        }

        var hidden = decoder.Body(input, cache: cache);
        return decoder.Head(hidden.narrow(1, ids.Length - 1, 1)).to(ScalarType.Float32).cpu().reshape(-1).data<float>().ToArray();
    }

    /// <summary>Picks a token from logits; <paramref name="uniform"/> in [0, 1) is the draw.</summary>
    internal static int Choose(float[] logits, GenerationOptions options, double uniform) =>
        options.Temperature == 0 ? Array.IndexOf(logits, logits.Max()) : Sampling.Draw(Sampling.Probabilities(logits, options), uniform);
}
