using Prunus.Checkpoints;
using Prunus.Decoders;
using Prunus.Evaluation;
using Prunus.Tests.Decoders;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Tests.Evaluation;

/// <summary>A cache must not change what is computed, also past the end of a sliding window.</summary>
public sealed class KeyValueCacheTests
{
    [Theory, MemberData(nameof(DecoderGoldenTests.Cases), MemberType = typeof(DecoderGoldenTests))]
    public void Logits_WithACache_EqualThoseWithout(string name)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var decoder = Load(name, out var row);
        var ids = row.Concat(row).ToArray();
        var whole = Logits(decoder, ids, null);
        using var cache = new KeyValueCache();
        var parts = new List<float>();
        // A prompt, single tokens, and a longer part on top of what is cached: the three shapes of attention mask.
        foreach (var length in (int[])[5, 1, 1, 9, .. Enumerable.Repeat(1, ids.Length - 16)])
        {
            parts.AddRange(Logits(decoder, ids.AsSpan(cache.Length, length).ToArray(), cache));
        }

        Assert.Equal(ids.Length, cache.Length);
        Assert.True(Goldens.LargestDifference(whole, [.. parts]) < 1e-4, $"{name}: {Goldens.LargestDifference(whole, [.. parts])}");
    }

    [Theory, MemberData(nameof(DecoderGoldenTests.Cases), MemberType = typeof(DecoderGoldenTests))]
    public void Generation_EqualsRecomputationOfEveryStep(string name)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var decoder = Load(name, out var ids);
        var expected = ids.ToList();
        for (var i = 0; i < 24; i++)
        {
            var last = Logits(decoder, [.. expected], null)[^decoder.Config.VocabSize..];
            expected.Add(Array.IndexOf(last, last.Max()));
        }

        var generated = Generation.Generate(decoder, ids, new GenerationOptions { MaxTokens = 24 }, TestContext.Current.CancellationToken);
        Assert.Equal(expected.Skip(ids.Length), generated);
    }

    [Fact]
    public void SampledText_DependsOnTheSeedAlone()
    {
        using var scope = NewDisposeScope();
        using var decoder = Load("llama", out var ids);
        var options = new GenerationOptions { MaxTokens = 20, Temperature = 1.5, TopK = 50, TopP = 0.99, Seed = 3 };
        var cancellation = TestContext.Current.CancellationToken;
        var first = Generation.Generate(decoder, ids, options, cancellation).ToArray();
        Assert.Equal(first, Generation.Generate(decoder, ids, options, cancellation));
        Assert.NotEqual(first, Generation.Generate(decoder, ids, options with { Seed = 4 }, cancellation));
    }

    [Fact]
    public void StopTokens_EndTheText_AndAreNotPartOfIt()
    {
        using var scope = NewDisposeScope();
        using var decoder = Load("llama", out var ids);
        var cancellation = TestContext.Current.CancellationToken;
        var all = Generation.Generate(decoder, ids, new GenerationOptions { MaxTokens = 20 }, cancellation).ToArray();
        var stop = all[7];
        Assert.Equal(all.TakeWhile(t => t != stop), Generation.Generate(decoder, ids, new GenerationOptions { MaxTokens = 20, StopTokens = [stop] }, cancellation));
    }

    [Fact]
    public void EmptyPromptOrForeignIds_AreRefused()
    {
        using var scope = NewDisposeScope();
        using var decoder = Load("llama", out _);
        Assert.Throws<PrunusInputException>(() => Generation.Generate(decoder, [], new GenerationOptions(), TestContext.Current.CancellationToken).ToArray());
        Assert.Throws<PrunusInputException>(() => Generation.Generate(decoder, [decoder.Config.VocabSize], new GenerationOptions(), TestContext.Current.CancellationToken).ToArray());
        Assert.Throws<PrunusInputException>(() => Generation.Generate(decoder, [1], new GenerationOptions { TopP = 0 }, TestContext.Current.CancellationToken));
    }

    private static Decoder Load(string name, out int[] firstRow)
    {
        var folder = SharedFiles.Path("goldens", "decoders", name);
        using var golden = SafetensorsFile.Open(Path.Combine(folder, "golden.safetensors"));
        var length = (int)golden.Tensors["input_ids"].Shape[1];
        firstRow = [.. golden.ReadInt64("input_ids").Take(length).Select(i => (int)i)];
        using var checkpoint = Checkpoint.Open(folder);
        return Decoder.Load(checkpoint, CPU, ScalarType.Float32);
    }

    private static float[] Logits(Decoder decoder, int[] ids, KeyValueCache? cache)
    {
        using var scope = NewDisposeScope();
        var input = tensor(ids.Select(i => (long)i).ToArray(), [1, ids.Length]);
        return decoder.Head(decoder.Body(input, cache: cache)).reshape(-1).data<float>().ToArray();
    }
}
