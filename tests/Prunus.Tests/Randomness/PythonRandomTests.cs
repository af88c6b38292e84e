using System.Text.Json.Nodes;
using Prunus.Randomness;

namespace Prunus.Tests.Randomness;

/// <summary>Draws that CPython's random module makes.</summary>
public sealed class PythonRandomTests
{
    // random.Random(1234).sample(range(count), size), then randrange(1000) three times; and the other way of drawing, where the sample is a large part.
    [Fact]
    public void Samples_EqualPythons()
    {
        var random = new PythonRandom(1234);
        Assert.Equal([3610, 957, 61, 742, 4769], random.Sample(5979, 5));
        Assert.Equal([35, 687, 709], Enumerable.Range(0, 3).Select(_ => random.Below(1000)));
        Assert.Equal(0.08393822683708396, random.Uniform());
        random = new PythonRandom(1234);
        Assert.Equal([99, 56, 14, 0, 11, 74, 4, 85], random.Sample(100, 25).Take(8));
        Assert.Equal([91, 14, 1, 64, 62, 31, 8, 85], random.Sample(100, 25).Take(8));
    }

    [Fact]
    public void Uniforms_EqualPythonsChoices()
    {
        var golden = JsonNode.Parse(File.ReadAllText(SharedFiles.Path("goldens", "metrics", "stderr.json")))!;
        var (first, other) = (golden["bootstrap_first_draws"]!, golden["bootstrap_first_draws_chunk1"]!);
        var random = new PythonRandom(0);
        foreach (var replicate in first["indices_of_first_two_replicates"]!.AsArray())
        {
            Assert.All(replicate!.AsArray(), index => Assert.Equal(index!.GetValue<int>(), (int)(random.Uniform() * 23)));
        }

        random = new PythonRandom(1);
        Assert.All(other["indices_of_first_replicate"]!.AsArray(), index => Assert.Equal(index!.GetValue<int>(), (int)(random.Uniform() * 23)));
    }

    [Fact]
    public void Samples_AreDifferentIndices_HoweverTheyAreDrawn()
    {
        var random = new PythonRandom(7);
        foreach (var (count, size) in ((int, int)[])[(1, 1), (5, 5), (21, 5), (22, 5), (100, 25), (1000, 30), (30, 0)])
        {
            var drawn = random.Sample(count, size);
            Assert.Equal(size, drawn.Distinct().Count());
            Assert.All(drawn, i => Assert.InRange(i, 0, count - 1));
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => random.Sample(3, 4));
    }
}
