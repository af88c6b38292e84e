using System.Diagnostics;
using Prunus.Decoders;
using Prunus.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Evaluation;

/// <summary>What <see cref="Throughput"/> times.</summary>
public sealed record ThroughputOptions
{
    /// <summary>Sequences side by side. The default is 1.</summary>
    public int Batch { get; init; } = 1;

    /// <summary>Prompt tokens of a sequence. The default is 512.</summary>
    public int Prompt { get; init; } = 512;

    /// <summary>Tokens decoded one by one after the prompt. The default is 32.</summary>
    public int Decode { get; init; } = 32;

    /// <summary>Timed repetitions after one that is not counted. The default is 5.</summary>
    public int Repetitions { get; init; } = 5;
}

/// <summary>Median and range over repetitions.</summary>
public sealed record Spread(double Median, double Least, double Most)
{
    internal static Spread Of(List<double> values)
    {
        values.Sort();
        return new Spread(values[values.Count / 2], values[0], values[^1]);
    }
}

/// <summary>Tokens per second.</summary>
/// <param name="Prefill">Prompt tokens read, all at once.</param>
/// <param name="Decode">Tokens generated one by one with a key-value cache, all sequences together.</param>
public sealed record ThroughputResult(Spread Prefill, Spread Decode);

/// <summary>Times prefill and decoding, greedily, on random ids; the first repetition warms up and is not counted.</summary>
public static class Throughput
{
    public static ThroughputResult Measure(Decoder decoder, ThroughputOptions options, CancellationToken cancellation = default)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var ids = tensor([.. Enumerable.Range(0, options.Batch * options.Prompt).Select(i => i * 7919L % decoder.Config.VocabSize)], [options.Batch, options.Prompt], device: decoder.Device);
        var (prefill, decode) = (new List<double>(), new List<double>());
        for (var repetition = 0; repetition <= options.Repetitions; repetition++)
        {
            cancellation.ThrowIfCancellationRequested();
            var (read, written) = Once(decoder, ids, options);
            if (repetition > 0)
            {
                prefill.Add(options.Batch * options.Prompt / read);
                decode.Add(options.Batch * options.Decode / written);
            }
        }

        return new ThroughputResult(Spread.Of(prefill), Spread.Of(decode));
    }

    private static (double Read, double Written) Once(Decoder decoder, Tensor ids, ThroughputOptions options)
    {
        using var scope = NewDisposeScope();
        using var cache = new KeyValueCache();
        var clock = Stopwatch.StartNew();
        var next = Next(decoder, ids, cache);
        Devices.Synchronize(decoder.Device);
        var read = clock.Elapsed.TotalSeconds;
        clock.Restart();
        for (var i = 0; i < options.Decode; i++)
        {
            next = Next(decoder, next, cache);
        }

        Devices.Synchronize(decoder.Device);
        return (read, clock.Elapsed.TotalSeconds);
    }

    private static Tensor Next(Decoder decoder, Tensor ids, KeyValueCache cache)
    {
        var hidden = decoder.Body(ids, cache: cache);
        return decoder.Head(hidden.narrow(1, hidden.size(1) - 1, 1)).argmax(-1);
    }
}
