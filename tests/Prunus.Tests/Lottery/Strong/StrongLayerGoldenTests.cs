using Prunus.Lottery.Masks;
using Prunus.Lottery.Strong;
using Prunus.Lottery.Strong.Bounds;
using Prunus.Native;
using Prunus.Vision;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Tests.Lottery.Strong;

/// <summary>Pairs of given random layers against an independent computation: masks, sums, outputs, and the worst input with the error it reaches.</summary>
public sealed class StrongLayerGoldenTests
{
    private const double Off = 1e-12;

    // What the reference found out about itself: a sample of inputs, a place in its own images, a bound of its own.
    private static readonly string[] Beside = ["kernel", "l1_norm_of_kernels", "error_on_400_random_binary_x", "worst_position"];

    public static TheoryData<string> Names => new(LotteryGolden.Cases("strong", "layers", g => g.Json.Names.Where(n => g.Json[n].Has("sup_error_per_output"))));

    public static TheoryData<string> Chains => new(LotteryGolden.Cases("strong", "layers", g => g.Json.Names.Where(n => !g.Json[n].Has("sup_error_per_output"))));

    [Theory, MemberData(nameof(Names))]
    public void Layers_AreThoseOfTheReference(string name)
    {
        using var golden = new LotteryGolden("strong", "layers");
        using var scope = NewDisposeScope();
        var facts = golden.Json[name];
        var (stride, padding) = (facts["stride"].Integer, facts["padding"].Integer);
        using var pair = new Pair(golden, name, facts["n"].Integer, facts["bias"].Flag);
        AssertMasks(golden, name, pair);
        Assert.Equal((facts["kept_u"].Integer, facts["total_u"].Integer), (pair.Weight.Kept, pair.Weight.Count));
        Assert.Equal(facts["max_weight_error"].Number, pair.Errors.Max(), Off);
        Assert.Equal(facts["bias_error_max"].Number, pair.BiasErrors.DefaultIfEmpty().Max(), Off);
        Assert.Equal(pair.LargestError, Math.Max(pair.Errors.Max(), pair.BiasErrors.DefaultIfEmpty().Max()), Off);
        foreach (var input in (string[])["x", "worst_x"])
        {
            var x = golden.Tensor($"{name}.{input}", ScalarType.Float64);
            var (made, meant) = (pair.Random.Forward(x, stride, padding), pair.Target(x, stride, padding));
            golden.AssertNear($"{name}.{input}.pruned.f64", made, Off);
            golden.AssertNear($"{name}.{input}.target.f64", meant, Off);
            Assert.Equal(facts[$"error_on_{input}"].Number, made.sub(meant).abs().max().item<double>(), Off);
        }

        // The supremum is reached by the reference's worst input.
        var ours = Enumerable.Range(0, pair.Layer.Outputs).Select(pair.Supremum).ToList();
        Assert.Equal(pair.Layer.Outputs, facts["sup_error_per_output"].Numbers.Length);
        Assert.All(facts["sup_error_per_output"].Numbers.Zip(ours), s => Assert.Equal(s.First, s.Second.Error, Off));
        Assert.Equal(facts["worst_sign"].Integer, ours[facts["worst_output"].Integer].Sign);
        Assert.Equal(facts["error_on_worst_x"].Number, ours.Max(o => o.Error), Off);
        Assert.All(facts["l1_error_per_output"].Numbers.Select((e, o) => (e, o)), e => Assert.Equal(
            e.e, pair.Errors.Skip(e.o * pair.Layer.Fan).Take(pair.Layer.Fan).Sum() + pair.BiasErrors.ElementAtOrDefault(e.o), Off));
        golden.AssertAllRead(name, Beside);
    }

    [Theory, MemberData(nameof(Chains))]
    public void Chain_IsThatOfTheReference(string name)
    {
        using var golden = new LotteryGolden("strong", "layers");
        var (facts, padding, stride) = (golden.Json[name], golden.Json[name]["padding"].Integer, golden.Json[name]["stride"].Integer);
        using var scope = NewDisposeScope();
        using var first = new Pair(golden, name + ".1", facts["n"].Integer, golden.Has(name + ".1.bias"));
        using var second = new Pair(golden, name + ".2", facts["n"].Integer, golden.Has(name + ".2.bias"));
        foreach (var (part, pair) in new[] { (name + ".1", first), (name + ".2", second) })
        {
            AssertMasks(golden, part, pair);
        }

        var x = golden.Tensor(name + ".x", ScalarType.Float64);
        var made = second.Random.Forward(nn.functional.relu(first.Random.Forward(x, stride, padding)), stride, padding);
        var meant = second.Target(nn.functional.relu(first.Target(x, stride, padding)), stride, padding);
        golden.AssertNear(name + ".pruned.f64", made, Off);
        golden.AssertNear(name + ".target.f64", meant, Off);
        Assert.Equal(facts["error_on_x"].Number, made.sub(meant).abs().max().item<double>(), Off);

        // Its bound is of norms, per layer; ours, channel by channel, is no wider.
        Assert.Equal(facts["l1_error_layer1"].Number, Rows(first).Max(), Off);
        Assert.Equal(facts["l1_error_layer2"].Number, Rows(second).Max(), Off);
        var config = new VisionConfig(name, new((int)x.shape[1], (int)x.shape[2], (int)x.shape[3]), second.Layer.Outputs,
            [new Convolution("1", first.Layer.Outputs), new Relu("relu"), new Convolution("2", second.Layer.Outputs)]);
        var bound = ErrorBounds.Certify(config, [first.Bounded(), second.Bounded()], Arithmetic.Exact)[^1].Bound;
        Assert.InRange(bound, facts["error_on_x"].Number, facts["bound"].Number + Off);
        golden.AssertAllRead(name, "l1_kernel2", "max_activation_bound");
        golden.AssertParts(golden.Json.Names);

        static IEnumerable<double> Rows(Pair pair) => pair.Errors.Chunk(pair.Layer.Fan).Select(r => r.Sum());
    }

    // T keeps the blocks on its diagonal.
    private static void AssertMasks(LotteryGolden golden, string name, Pair pair)
    {
        Assert.Equal(golden.Mask($"{name}.mask_s"), pair.Weight);
        var (outputs, filters) = (pair.Layer.Outputs, pair.Weight.Shape[0]);
        golden.AssertNear($"{name}.collapsed.f64", pair.Sums, Off);
        if (pair.Layer.HasBias)
        {
            Assert.Equal(golden.Mask($"{name}.mask_s_bias"), pair.Bias);
            golden.AssertNear($"{name}.collapsed_bias.f64", pair.BiasSums, Off);
        }

        Assert.Equal(golden.Mask($"{name}.mask_t"), Mask.Where([outputs, filters, 1, 1], i => i % filters / (filters / outputs) == i / filters));
    }

    // What the compiler finds in given random numbers.
    private sealed class Pair : IDisposable
    {
        private readonly double[] _weights, _biases;

        public Pair(LotteryGolden golden, string name, int samples, bool hasBias)
        {
            Libtorch.Load();
            Layer = new StrongLayer(name, golden.Shape($"{name}.kernel"), hasBias);
            (_weights, _biases) = (golden.Doubles($"{name}.kernel"), hasBias ? golden.Doubles($"{name}.bias") : []);
            double[] u = golden.Doubles($"{name}.u"), v = golden.Doubles($"{name}.v"), b = hasBias ? golden.Doubles($"{name}.u_bias") : [];
            var random = new RandomLayer(Layer, SamplingLaw.Theorem, samples, i => u[i], i => b[i], i => v[i]);
            var options = new StrongOptions(1, SamplingLaw.Theorem, samples);
            var compiled = StrongCompiler.Solve(random, _weights, _biases, options, cancellation: TestContext.Current.CancellationToken);
            var masks = StrongTicket.Packed(compiled, samples).ToList();
            LargestError = compiled.LargestError;
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

        public double LargestError { get; }

        public double[] Errors => [.. _weights.Zip(Sums, (w, s) => Math.Abs(w - s))];

        public double[] BiasErrors => [.. _biases.Zip(BiasSums, (w, s) => Math.Abs(w - s))];

        public BoundedLayer Bounded()
        {
            var none = new double[Layer.Outputs];
            var (biases, sums) = Layer.HasBias ? (_biases, BiasSums) : (none, none);
            return new(Layer, _weights, biases, Sums, sums, Array.ConvertAll(Sums, Math.Abs), Array.ConvertAll(sums, Math.Abs), Layer.Fan + 1);
        }

        /// <summary>What the target gives.</summary>
        public Tensor Target(Tensor x, int stride, int padding) =>
            Ops.Convolve(x, tensor(_weights, [.. Layer.Shape], ScalarType.Float64), Layer.HasBias ? tensor(_biases, ScalarType.Float64) : null, stride, padding);

        public (double Error, int Sign) Supremum(int output)
        {
            // The reference has target - sum.
            var difference = Enumerable.Range(output * Layer.Fan, Layer.Fan).Select(i => _weights[i] - Sums[i]).ToArray();
            return LayerDifference.Supremum(difference, BiasSums.Length > 0 ? _biases[output] - BiasSums[output] : 0, Enumerable.Repeat(1.0, Layer.Fan).ToArray(), 1);
        }

        public void Dispose() => Random.Dispose();
    }
}
