using System.Numerics;
using Prunus.Lottery.Strong;
using Prunus.Lottery.Strong.Bounds;
using Prunus.Lottery.Strong.Verification;
using Prunus.Lottery.Tickets;
using Prunus.Native;
using Prunus.Randomness;
using Prunus.Vision;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Tests.Lottery.Strong;

public sealed class StrongNetTests
{
    private const int Images = 100_000, Batch = 5_000;

    // Stride, padding, pooling, biases; small enough for 10^5 images in seconds.
    internal static readonly VisionConfig Small = new("small", new MapShape(2, 6, 6), 3,
    [
        new Convolution("conv1", 3), new Relu("relu1"), new MaxPool("pool1"), new Convolution("conv2", 4, Stride: 2, Bias: false), new Relu("relu2"),
        new Flatten("flatten"), new Linear("fc1", 5), new Relu("relu3"), new Linear("fc2", 3),
    ]);

    public static TheoryData<string, TargetScale, int> Settings => new()
    {
        { "theorem", TargetScale.None, 40 }, { "theorem", TargetScale.Half, 24 }, { "theorem", TargetScale.L1, 30 }, { "independent", TargetScale.None, 12 }, { "independent", TargetScale.L1, 21 },
    };

    [Theory]
    [MemberData(nameof(Settings))]
    public void Bounds_HoldOnRandomAndWorstImages_AndAreNear(string law, TargetScale scale, int samples)
    {
        using var target = Target();
        var weights = StrongWeights.Of(target);
        var ticket = Compiled(Small, weights, new StrongOptions(0.5, SamplingLaw.Named(law), samples, scale, Seed: 3)).Ticket;
        using var scope = NewDisposeScope();
        var worst = Worst(weights, ticket, out var start);
        foreach (var (form, arithmetic, type) in new[] { (StrongForm.Summed, Arithmetic.Float32, ScalarType.Float32), (StrongForm.Summed, Arithmetic.Float64, ScalarType.Float64), (StrongForm.Pairs, Arithmetic.Float32, ScalarType.Float32) })
        {
            using var one = StrongWeights.Net(Small, weights, type);
            using var summed = StrongWeights.Net(Small, StrongWeights.Of(ticket), type);
            using var pairs = new PairNet(ticket, type);
            Func<Tensor, Tensor> mine = x => one.Forward(x), other = form == StrongForm.Pairs ? pairs.Forward : x => summed.Forward(x);
            var bound = ErrorBounds.Certify(Small, ErrorBounds.Layers(ticket, weights, form, arithmetic), arithmetic)[^1];
            var random = 0.0;
            for (var seed = 0; seed < (form == StrongForm.Summed && arithmetic == Arithmetic.Float32 && scale == TargetScale.None ? Images / Batch : 1); seed++)
            {
                using var inner = NewDisposeScope();
                random = Math.Max(random, WorstCase.Largest(mine, other, new WorstCase(Seed: seed).Images(Small.Input, Batch, type)));
            }

            var found = WorstCase.Largest(mine, other, worst.to(type));
            Assert.InRange(random, 0, bound.Rounded);
            Assert.InRange(found, Math.Max(start, random / 2), bound.Rounded);
            Assert.InRange(bound.Bound, 0, bound.Rounded);

            // The worst of all layers don't go together; still the bound is no idle one.
            Assert.InRange(found / bound.Bound, 0.01, 1);
        }
    }

    // The pairs cost n times as much: a net of two layers.
    [Fact]
    public void Bounds_HoldOnAsManyImages_OfThePairsThemselves()
    {
        var config = new VisionConfig("tiny", new MapShape(1, 4, 4), 2, [new Convolution("conv1", 2), new Relu("relu1"), new MaxPool("pool1"), new Flatten("flatten"), new Linear("fc1", 2)]);
        using var target = Target(config);
        var weights = StrongWeights.Of(target);
        var ticket = Compiled(config, weights, new StrongOptions(0.1, SamplingLaw.Theorem, 40, Choice: SubsetChoice.Any)).Ticket;
        using var pairs = new PairNet(ticket, ScalarType.Float32);
        var bound = ErrorBounds.Certify(config, ErrorBounds.Layers(ticket, weights, StrongForm.Pairs, Arithmetic.Float32), Arithmetic.Float32)[^1].Rounded;
        Assert.InRange(new NetPair(x => target.Forward(x), pairs.Forward, ScalarType.Float32).OnRandom(config.Input, Images), bound / 100, bound);
        Assert.InRange(ticket.Kept, 1, ticket.RandomParameters);
    }

    // The net has a layer without a bias.
    [Fact]
    public void Kept_CountsMasksAndTheirWeightsOfV()
    {
        using var target = Target();
        var ticket = Compiled(Small, StrongWeights.Of(target), new StrongOptions(0.1, SamplingLaw.Theorem, 40)).Ticket;
        var used = ticket.Layers.Sum(l => Enumerable.Range(0, l.Outputs).Sum(o => Enumerable.Range(0, l.Fan + (l.HasBias ? 1 : 0)).Aggregate(0UL, (all, entry) => all | ticket.Subset(l, o, entry)) is var any ? BitOperations.PopCount(any) : 0));
        Assert.Equal(ticket.Masks.Kept + used, ticket.Kept);
    }

    private static Tensor Worst(IReadOnlyDictionary<string, double[]> weights, StrongTicket ticket, out double start)
    {
        using var scope = NewDisposeScope();
        using var one = StrongWeights.Net(Small, weights, ScalarType.Float64);
        using var other = StrongWeights.Net(Small, StrongWeights.Of(ticket), ScalarType.Float64);
        var search = new WorstCase(Seed: 100);
        var images = search.Images(Small.Input, 200, ScalarType.Float64);
        start = WorstCase.Largest(x => one.Forward(x), x => other.Forward(x), images);
        return search.Ascend(x => one.Forward(x), x => other.Forward(x), images).MoveToOuterDisposeScope();
    }

    [Fact]
    public void WrongSign_DroppedRelu_ShiftedKernel_AreSeen()
    {
        using var target = Target();
        var weights = StrongWeights.Of(target);
        var ticket = Compiled(Small, weights, new StrongOptions(0.01, SamplingLaw.Theorem, 56)).Ticket;
        var bound = ErrorBounds.Certify(Small, ErrorBounds.Layers(ticket, weights, StrongForm.Summed, Arithmetic.Float32), Arithmetic.Float32)[^1].Rounded;
        using var scope = NewDisposeScope();
        var images = new WorstCase().Images(Small.Input, 500, ScalarType.Float32);
        Assert.InRange(Largest(Small, StrongWeights.Of(ticket)), 0, bound);

        var sums = StrongWeights.Of(ticket);
        Assert.True(Largest(Small, With("conv1.weight", w => Array.ConvertAll(w, v => -v))) > bound);
        Assert.True(Largest(Small, With("conv1.weight", w => [.. w.Skip(1), w[0]])) > bound);
        Assert.True(Largest(Small with { Steps = [.. Small.Steps.Where(s => s.Name != "relu2")] }, sums) > bound);
        Assert.True(Largest(Small, With("fc2.bias", b => new double[b.Length])) > bound);

        Dictionary<string, double[]> With(string name, Func<double[], double[]> change) => sums.ToDictionary(s => s.Key, s => s.Key == name ? change(s.Value) : s.Value);

        double Largest(VisionConfig config, IReadOnlyDictionary<string, double[]> other)
        {
            using var net = StrongWeights.Net(config, other, ScalarType.Float32);
            return WorstCase.Largest(x => target.Forward(x), x => net.Forward(x), images);
        }
    }

    [Theory, InlineData("theorem"), InlineData("independent")]
    public void Tickets_RebuildTheSameNet(string law)
    {
        var config = VisionNets.Named("mlp:12-8", new MapShape(1, 4, 4), 3);
        using var target = Target(config);
        var made = Compiled(config, StrongWeights.Of(target), new StrongOptions(0.01, SamplingLaw.Named(law), 20, Seed: 5));
        var ticket = StrongTicket.From(TicketFile.Read("t", TicketFile.ToBytes(made.Ticket.ToTicket())), "t");
        Assert.Equal((made.Ticket.Seed, made.Ticket.Samples, made.Ticket.Law), (ticket.Seed, ticket.Samples, ticket.Law));
        Assert.Equal(StrongWeights.Digest(config, StrongWeights.Of(made.Ticket)), StrongWeights.Digest(config, StrongWeights.Of(ticket)));
        Assert.Equal(made.Layers.Sum(l => l.Weights.Concat(l.Biases).Sum(s => (long)BitOperations.PopCount(s))), ticket.Masks.Kept);

        // Other seeds and scales are other nets.
        var other = new StrongTicket(config, ticket.Law, ticket.Samples, 6, ticket.Exponents, ticket.Masks);
        Assert.NotEqual(StrongWeights.Digest(config, StrongWeights.Of(ticket)), StrongWeights.Digest(config, StrongWeights.Of(other)));
        Assert.Throws<PrunusInputException>(() => StrongTicket.From(new Ticket("mlp:12-8:1x4x4:3", law, 5, ticket.Masks), "t"));
        Assert.Throws<PrunusInputException>(() => StrongTicket.From(new Ticket("mlp:12-9:1x4x4:3/strong-20", law, 5, ticket.Masks, metadata: ticket.ToTicket().Metadata), "t"));
        Assert.Throws<PrunusInputException>(() => StrongTicket.From(new Ticket("mlp:12-8:1x4x4:3/strong-20", law, 5, ticket.Masks), "t"));
    }

    // As in the published experiment the two convolutions are approximated, and the linear layers are the target's own.
    [Fact]
    public void LeNet5_IsCertifiedToMoveNoLogitByMoreThanOne()
    {
        var config = VisionNets.Named("lenet-5");
        var convolutions = config with { Steps = [.. config.Steps.TakeWhile(s => s is not Flatten)] };
        using var target = VisionNet.Load(config, SharedFiles.Path("data", "weights", "lenet5_mnist.safetensors"), Devices.Parse("cpu"));
        var weights = StrongWeights.Of(target);
        var ticket = Compiled(convolutions, weights, new StrongOptions(1e-3, SamplingLaw.Independent, 30, TargetScale.None) { SearchedOfConvolutions = 28 }).Ticket;
        var bounds = ErrorBounds.Certify(config, ErrorBounds.Layers(config, ticket, weights, StrongForm.Summed, Arithmetic.Float64), Arithmetic.Float64);
        Assert.InRange(bounds[^1].Rounded, 0, 1);

        var sums = StrongWeights.Of(ticket);
        using var scope = NewDisposeScope();
        using var one = StrongWeights.Net(config, weights, ScalarType.Float64);
        using var other = StrongWeights.Net(config, weights.ToDictionary(w => w.Key, w => sums.TryGetValue(w.Key, out var sum) ? sum : w.Value), ScalarType.Float64);
        var search = new WorstCase(Steps: 10);
        var worst = search.Ascend(x => one.Forward(x), x => other.Forward(x), search.Images(config.Input, 20, ScalarType.Float64));
        Assert.InRange(WorstCase.Largest(x => one.Forward(x), x => other.Forward(x), worst), 0, bounds[^1].Rounded);
    }

    // The bound that a checker of the rebuilt net asks for, at every scale and choice; l1 divides the last biases by 2^10 and more.
    [Theory]
    [InlineData("theorem", TargetScale.Half, SubsetChoice.Best, 50, 0.01), InlineData("theorem", TargetScale.Half, SubsetChoice.Any, 50, 0.01), InlineData("theorem", TargetScale.L1, SubsetChoice.Smallest, 60, 0.1)]
    [InlineData("independent", TargetScale.L1, SubsetChoice.Any, 32, 0.01), InlineData("independent", TargetScale.None, SubsetChoice.Any, 28, 0.01)]
    public void NoRebuiltWeight_IsFartherThanEpsilon(string law, TargetScale scale, SubsetChoice choice, int samples, double epsilon)
    {
        using var target = Target();
        var weights = StrongWeights.Of(target);
        var compiled = Compiled(Small, weights, new StrongOptions(epsilon, SamplingLaw.Named(law), samples, scale, choice, Seed: 3));
        Assert.Empty(compiled.Unreached);
        Assert.True(scale == TargetScale.None || compiled.Ticket.Exponents.Sum() > 2);
        var errors = weights.SelectMany(w => w.Value.Zip(StrongWeights.Of(compiled.Ticket)[w.Key], (a, b) => Math.Abs(a - (float)b))).ToList();
        Assert.InRange(errors.Max(), 0, epsilon);
        Assert.Equal(compiled.Layers.Max(l => l.LargestError), errors.Max(), 1e-6);
        Assert.All(EpsilonCheck.Of(compiled.Ticket, weights, epsilon, EpsilonOf.Target), c => Assert.True(c.Holds));
        Assert.Contains(EpsilonCheck.Of(compiled.Ticket, weights, errors.Max() * 0.999, EpsilonOf.Target), c => c.Farther == 1);

        // Of the divided target the same ε is met by worse sums.
        if (choice != SubsetChoice.Best && scale != TargetScale.None)
        {
            var scaled = Compiled(Small, weights, new StrongOptions(epsilon, SamplingLaw.Named(law), samples, scale, choice, Seed: 3) { Of = EpsilonOf.Scaled });
            Assert.All(EpsilonCheck.Of(scaled.Ticket, weights, epsilon, EpsilonOf.Scaled), c => Assert.True(c.Holds));
            Assert.Contains(EpsilonCheck.Of(scaled.Ticket, weights, epsilon, EpsilonOf.Target), c => c.Largest > epsilon);
        }
    }

    // 0.5 divided by 2 is 1/4, by hand: numbers 3/8 and -1/16 come within 1/16 of it, twice that in the target's units.
    [Theory, InlineData(EpsilonOf.Target, 0.12, 0.125, 1), InlineData(EpsilonOf.Target, 0.13, 0.125, 0), InlineData(EpsilonOf.Scaled, 0.07, 0.0625, 0), InlineData(EpsilonOf.Scaled, 0.06, 0.0625, 1)]
    public void Epsilon_IsInTheTargetsUnits(EpsilonOf of, double epsilon, double error, int unreached)
    {
        double[] numbers = [0.375, -0.0625];
        var random = new RandomLayer(new StrongLayer("fc", [1, 1], false), SamplingLaw.Independent, 2, i => numbers[i], _ => 0, _ => 0);
        var options = new StrongOptions(epsilon, SamplingLaw.Independent, 2) { Of = of };
        var found = StrongCompiler.Solve(random, [0.5], [], options, (1, 1), cancellation: TestContext.Current.CancellationToken);
        Assert.Equal((error, unreached), (found.LargestError, found.Unreached.Count));
        Assert.Equal(0b11UL, found.Weights[0]);
        Assert.All(found.Unreached, u => Assert.Equal(of == EpsilonOf.Target ? 0.5 : 0.25, u.Target));
    }

    [Fact]
    public void UnsupportedNets_AreNamed()
    {
        var fault = Assert.Throws<PrunusInputException>(() => StrongLayer.Of(VisionNets.Named("resnet-20")));
        Assert.StartsWith("resnet-20: layer 'bn1' is a BatchNorm, which the construction does not cover; ", fault.Message, StringComparison.Ordinal);
        fault = Assert.Throws<PrunusInputException>(() => StrongLayer.Of(Small with { Steps = [.. Small.Steps.Where(s => s is not Relu)] }));
        Assert.StartsWith("small: layer 'conv2' follows a layer without ReLU between them", fault.Message, StringComparison.Ordinal);
    }

    private static StrongCompilation Compiled(VisionConfig config, IReadOnlyDictionary<string, double[]> weights, StrongOptions options) =>
        StrongCompiler.Compile(config, weights, options, cancellation: TestContext.Current.CancellationToken);

    // Biases start at 0: given values, so that they are approximated too.
    internal static VisionNet Target(VisionConfig? config = null)
    {
        var net = VisionNet.Initialise(config ?? Small, VisionInitialisations.Named("kaiming-normal"), 1, CPU);
        foreach (var (name, values) in net.Parameters.Where(p => p.Key.EndsWith("bias", StringComparison.Ordinal)))
        {
            new Philox4x32(2, (ulong)name.Length).FillNormal(0, TensorMemory.Span<float>(values), 0, 0.2);
        }

        return net;
    }
}
