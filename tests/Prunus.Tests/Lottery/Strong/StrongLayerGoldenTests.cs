using Prunus.Lottery.Masks;
using Prunus.Lottery.Strong;
using Prunus.Lottery.Strong.Bounds;
using Prunus.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Tests.Lottery.Strong;

/// <summary>Pairs of given random layers against an independent computation: masks, sums, outputs, and the worst input with the error it reaches.</summary>
public sealed class StrongLayerGoldenTests
{
    private const double Off = 1e-12;

    [Theory, InlineData("plain"), InlineData("stride_pad"), InlineData("bias"), InlineData("bias_stride"), InlineData("linear")]
    public void Layers_AreThoseOfTheReference(string name)
    {
        using var golden = new StrongGoldens("layers");
        var facts = golden.Json.GetProperty(name);
        var (stride, padding) = (facts.GetProperty("stride").GetInt32(), facts.GetProperty("padding").GetInt32());
        using var pair = new Pair(golden, name, facts.GetProperty("n").GetInt32(), facts.GetProperty("bias").GetBoolean());
        Assert.Equal(golden.MaskOf($"{name}.mask_s"), pair.Weight);
        Assert.Equal(facts.GetProperty("kept_u").GetInt32(), pair.Weight.Kept);
        Near(golden.Doubles($"{name}.collapsed.f64"), pair.Sums);
        if (pair.Layer.HasBias)
        {
            Assert.Equal(golden.MaskOf($"{name}.mask_s_bias"), pair.Bias);
            Near(golden.Doubles($"{name}.collapsed_bias.f64"), pair.BiasSums);
        }

        foreach (var input in (string[])["x", "worst_x"])
        {
            using var scope = NewDisposeScope();
            var x = Tensor(golden, $"{name}.{input}");
            Near(golden.Doubles($"{name}.{input}.pruned.f64"), pair.Random.Forward(x, stride, padding));
        }

        // The supremum is reached by the reference's worst input.
        var sup = facts.GetProperty("sup_error_per_output").EnumerateArray().Select(e => e.GetDouble()).ToArray();
        var ours = Enumerable.Range(0, pair.Layer.Outputs).Select(pair.Supremum).ToList();
        Assert.All(sup.Zip(ours), s => Assert.Equal(s.First, s.Second.Error, Off));
        Assert.Equal(facts.GetProperty("worst_sign").GetInt32(), ours[facts.GetProperty("worst_output").GetInt32()].Sign);
        Assert.Equal(facts.GetProperty("error_on_worst_x").GetDouble(), ours.Max(o => o.Error), Off);
    }

    [Fact]
    public void Chain_IsThatOfTheReference()
    {
        using var golden = new StrongGoldens("layers");
        var facts = golden.Json.GetProperty("chain");
        using var first = new Pair(golden, "chain.1", facts.GetProperty("n").GetInt32(), hasBias: false);
        using var second = new Pair(golden, "chain.2", facts.GetProperty("n").GetInt32(), hasBias: false);
        Assert.Equal(golden.MaskOf("chain.1.mask_s"), first.Weight);
        Assert.Equal(golden.MaskOf("chain.2.mask_s"), second.Weight);
        using var scope = NewDisposeScope();
        var (x, padding) = (Tensor(golden, "chain.x"), facts.GetProperty("padding").GetInt32());
        Near(golden.Doubles("chain.pruned.f64"), second.Random.Forward(nn.functional.relu(first.Random.Forward(x, 1, padding)), 1, padding));
    }

    private static Tensor Tensor(StrongGoldens golden, string name)
    {
        Libtorch.Load();
        return tensor(golden.Doubles(name), golden.Shape(name), ScalarType.Float64);
    }

    private static void Near(double[] expected, Tensor actual) => Near(expected, actual.contiguous().data<double>().ToArray());

    private static void Near(double[] expected, double[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        Assert.All(expected.Zip(actual), p => Assert.Equal(p.First, p.Second, Off));
    }

    // What the compiler finds in given random numbers.
    private sealed class Pair : IDisposable
    {
        private readonly double[] _weights, _biases;

        public Pair(StrongGoldens golden, string name, int samples, bool hasBias)
        {
            Libtorch.Load();
            Layer = new StrongLayer(name, golden.Shape($"{name}.kernel"), hasBias);
            (_weights, _biases) = (golden.Doubles($"{name}.kernel"), hasBias ? golden.Doubles($"{name}.bias") : []);
            double[] u = golden.Doubles($"{name}.u"), v = golden.Doubles($"{name}.v"), b = hasBias ? golden.Doubles($"{name}.u_bias") : [];
            var random = new RandomLayer(Layer, SamplingLaw.Theorem, samples, i => u[i], i => b[i], i => v[i]);
            var options = new StrongOptions(1, SamplingLaw.Theorem, samples);
            var compiled = StrongCompiler.Solve(random, _weights, _biases, options, cancellation: TestContext.Current.CancellationToken);
            var masks = StrongTicket.Packed(compiled, samples).ToList();
            (Weight, Bias) = (masks[0].Mask, hasBias ? masks[1].Mask : null);
            Random = new PairLayer(random, Weight, Bias, ScalarType.Float64);
            (Sums, BiasSums) = (new double[_weights.Length], new double[_biases.Length]);
            double[] seconds = new double[samples], sample = new double[samples];
            for (var o = 0; o < Layer.Outputs; o++)
            {
                random.Seconds(o, seconds);
                for (var entry = 0; entry < Layer.Fan; entry++)
                {
                    random.Sample(o, entry, seconds, sample);
                    Sums[(o * Layer.Fan) + entry] = RandomLayer.Sum(sample, compiled.Weights[(o * Layer.Fan) + entry]);
                }

                if (hasBias)
                {
                    random.Sample(o, Layer.Fan, seconds, sample);
                    BiasSums[o] = RandomLayer.Sum(sample, compiled.Biases[o]);
                }
            }
        }

        public StrongLayer Layer { get; }

        public Mask Weight { get; }

        public Mask? Bias { get; }

        public PairLayer Random { get; }

        public double[] Sums { get; }

        public double[] BiasSums { get; }

        public (double Error, int Sign) Supremum(int output)
        {
            // The reference has target - sum.
            var difference = Enumerable.Range(output * Layer.Fan, Layer.Fan).Select(i => _weights[i] - Sums[i]).ToArray();
            return LayerDifference.Supremum(difference, BiasSums.Length > 0 ? _biases[output] - BiasSums[output] : 0, Enumerable.Repeat(1.0, Layer.Fan).ToArray(), 1);
        }

        public void Dispose() => Random.Dispose();
    }
}
