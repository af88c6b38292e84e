using Prunus.Native;
using static TorchSharp.torch;

namespace Prunus.Tests.Native;

public sealed class OpsUniformTests
{
    static OpsUniformTests() => Libtorch.Load();

    // The words of SplitMix64 that its reference program gives for 1234567.
    [Fact]
    public void Are_the_upper_bits_of_published_words()
    {
        ulong[] words = [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821];
        Assert.Equal([.. words.Select(w => (w >> 40) * MathF.Pow(2, -24))], Fill(1234567, 5));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(ulong.MaxValue)]
    [InlineData(0x8000000000000000)]
    [InlineData(0x123456789ABCDEF0)]
    public void Equal_a_loop_over_unsigned_words(ulong key)
    {
        var expected = new float[1000];
        var state = key;
        for (var i = 0; i < expected.Length; i++)
        {
            state = unchecked(state + 0x9E3779B97F4A7C15);
            var z = unchecked((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9);
            z = unchecked((z ^ (z >> 27)) * 0x94D049BB133111EB);
            expected[i] = ((z ^ (z >> 31)) >> 40) / 16777216f;
        }

        Assert.Equal(expected, Fill(key, 10, 4, 25));
    }

    // Other types and other devices go by libtorch's operators.
    [Theory, InlineData(1), InlineData(15), InlineData(16), InlineData(1000)]
    public void Are_the_same_of_either_type(long count)
    {
        using var noise = empty([count], ScalarType.Float64);
        Ops.FillUniform(noise, 77);
        Assert.Equal(noise.data<double>().ToArray(), Fill(77, count).Select(v => (double)v));
    }

    [Fact]
    public void Are_uniform_and_unlike_for_each_key()
    {
        float[] first = Fill(5, 100_000), second = Fill(6, 100_000);
        Assert.All(first, v => Assert.InRange(v, 0, 0.99999999f));
        Assert.InRange(first.Average(), 0.497, 0.503);
        Assert.InRange(first.Average(v => v * v), 0.330, 0.337);
        Assert.InRange(first.Zip(second, (a, b) => (a - 0.5) * (b - 0.5)).Average(), -0.001, 0.001);
        Assert.InRange(first.Zip(first.Skip(1), (a, b) => (a - 0.5) * (b - 0.5)).Average(), -0.001, 0.001);
    }

    private static float[] Fill(ulong key, params long[] shape)
    {
        using var noise = empty(shape);
        Ops.FillUniform(noise, key);
        return noise.data<float>().ToArray();
    }
}
