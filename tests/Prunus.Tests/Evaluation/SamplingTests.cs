using System.Text.Json.Nodes;
using Prunus.Checkpoints;
using Prunus.Evaluation;

namespace Prunus.Tests.Evaluation;

public sealed class SamplingTests
{
    private static readonly string[] Settings = ["temperature", "top_k", "top_p"];

    /// <summary>Cases of transformers' logits processors that use nothing but temperature, top-k and top-p.</summary>
    public static TheoryData<string> Cases
    {
        get
        {
            var data = new TheoryData<string>();
            foreach (var (name, _) in SharedFiles.Root is null ? [] : Read())
            {
                data.Add(name);
            }

            return data;
        }
    }

    [Theory(SkipTestWithoutData = true), MemberData(nameof(Cases))]
    public void Probabilities_EqualTransformers(string name)
    {
        var options = Read()[name];
        using var golden = Open();
        var logits = golden.ReadAll("logits");
        var expected = Doubles(golden, "probs64/" + name);
        var width = (int)golden.Tensors["logits"].Shape[1];
        for (var row = 0; row < 5; row++)
        {
            var rowLogits = logits.AsSpan(row * width, width).ToArray();
            var actual = Sampling.Probabilities(rowLogits, options);
            var wanted = expected.AsSpan(row * width, width).ToArray();
            Assert.Equal(wanted.Count(p => p > 0), actual.Count(p => p > 0));

            // Which of several tied tokens goes depends on the sort, so tied ones count as a multiset.
            foreach (var (w, a) in wanted.Order().Zip(actual.Order()))
            {
                Assert.InRange(a, w * (1 - 2e-6), w * (1 + 2e-6));
            }

            if (rowLogits.Distinct().Count() == width)
            {
                Assert.Equal(Kept(wanted), Kept(actual));
            }
        }
    }

    [Fact]
    public void Draws_EqualTheInverseOfTheCumulativeDistribution()
    {
        using var golden = Open();
        var options = Read()["combo_0"];
        var (logits, uniforms, tokens) = (golden.ReadAll("logits"), Doubles(golden, "uniforms"), golden.ReadInt64("inverse_cdf/combo_0"));
        for (var i = 0; i < tokens.Length; i++)
        {
            Assert.Equal(tokens[i], Generation.Choose(logits.AsSpan(i % 5 * 50, 50).ToArray(), options, uniforms[i]));
        }
    }

    [Fact]
    public void Draw_AtTheEnds_TakesTokensThatCanBeDrawn()
    {
        Assert.Equal(1, Sampling.Draw([0, 0.5, 0.5, 0], 0));
        Assert.Equal(2, Sampling.Draw([0, 0.5, 0.5, 0], 0.5));
        Assert.Equal(2, Sampling.Draw([0, 0.5, 0.5 - 1e-12, 0], 1 - 1e-16));
    }

    [Fact]
    public void Greedy_TakesTheFirstOfTies() =>
        Assert.Equal(1, Generation.Choose([0, 2, 2, -1], new GenerationOptions(), 0.9));

    [Fact]
    public void TopK_KeepsTies_TopP_PrefersLowerIds()
    {
        var options = new GenerationOptions { Temperature = 1 };
        Assert.Equal([0, 1, 2], Kept(Sampling.Probabilities([1, 1, 3, 0], options with { TopK = 2 })));
        Assert.Equal([1, 2], Kept(Sampling.Probabilities([float.NegativeInfinity, 1, 1, 1], options with { TopP = 0.6 })));
        Assert.Equal([2], Kept(Sampling.Probabilities([1, 1, 3, 0], options with { TopP = 1e-9 })));
    }

    private static int[] Kept(double[] probabilities) => [.. Enumerable.Range(0, probabilities.Length).Where(i => probabilities[i] > 0)];

    private static SafetensorsFile Open() => SafetensorsFile.Open(SharedFiles.Path("goldens", "sampling", "processors.safetensors"));

    private static double[] Doubles(SafetensorsFile file, string name)
    {
        var values = new double[file.Tensors[name].ElementCount];
        file.ReadBytes(name, 0, System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }

    private static Dictionary<string, GenerationOptions> Read() =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(SharedFiles.Root!, "goldens", "sampling", "processors.json")))!["cases"]!.AsArray()
            .Select(c => (Name: c!["name"]!.GetValue<string>(), Values: (c["settings"] ?? c).AsObject()))
            .Where(c => c.Values.All(v => Settings.Contains(v.Key) || v.Key is "name" or "kept"))
            .ToDictionary(c => c.Name, c => new GenerationOptions
            {
                Temperature = c.Values["temperature"]?.GetValue<double>() ?? 1,
                TopK = c.Values["top_k"]?.GetValue<int>() ?? 0,
                TopP = c.Values["top_p"]?.GetValue<double>() ?? 1,
            });
}
