using Prunus.Lottery.Strong;
using Prunus.Lottery.Strong.Bounds;
using Prunus.Lottery.Strong.Verification;
using Prunus.Native;
using Prunus.Vision;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Tests.Lottery.Strong;

/// <summary>Certified differences of logits against those of random images and of images found by gradient ascent.</summary>
public sealed class StrongBoundsTests
{
    private const int Images = 100_000, Batch = 5_000;
    private static readonly VisionConfig Small = StrongNets.Small;

    public static TheoryData<string, TargetScale, int> Settings => new()
    {
        { "theorem", TargetScale.None, 40 }, { "theorem", TargetScale.Half, 24 }, { "theorem", TargetScale.L1, 30 }, { "independent", TargetScale.None, 12 }, { "independent", TargetScale.L1, 21 },
    };

    [Theory]
    [MemberData(nameof(Settings))]
    public void Bounds_HoldOnRandomAndWorstImages_AndAreNear(string law, TargetScale scale, int samples)
    {
        using var target = StrongNets.Target();
        var weights = StrongWeights.Of(target);
        var ticket = StrongNets.Compiled(Small, weights, new StrongOptions(0.5, SamplingLaw.Named(law), samples, scale, Seed: 3)).Ticket;
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
        using var target = StrongNets.Target(config);
        var weights = StrongWeights.Of(target);
        var ticket = StrongNets.Compiled(config, weights, new StrongOptions(0.1, SamplingLaw.Theorem, 40, Choice: SubsetChoice.Any)).Ticket;
        using var pairs = new PairNet(ticket, ScalarType.Float32);
        var bound = ErrorBounds.Certify(config, ErrorBounds.Layers(ticket, weights, StrongForm.Pairs, Arithmetic.Float32), Arithmetic.Float32)[^1].Rounded;
        Assert.InRange(new NetPair(x => target.Forward(x), pairs.Forward, ScalarType.Float32).OnRandom(config.Input, Images), bound / 100, bound);
        Assert.InRange(ticket.Kept, 1, ticket.RandomParameters);
    }

    [Fact]
    public void WrongSign_DroppedRelu_ShiftedKernel_AreSeen()
    {
        using var target = StrongNets.Target();
        var weights = StrongWeights.Of(target);
        var ticket = StrongNets.Compiled(Small, weights, new StrongOptions(0.01, SamplingLaw.Theorem, 56)).Ticket;
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

    // As in the published experiment the two convolutions are approximated, and the linear layers are the target's own.
    [Fact]
    public void LeNet5_IsCertifiedToMoveNoLogitByMoreThanOne()
    {
        var config = VisionNets.Named("lenet-5");
        var convolutions = config with { Steps = [.. config.Steps.TakeWhile(s => s is not Flatten)] };
        using var target = VisionNet.Load(config, SharedFiles.Path("data", "weights", "lenet5_mnist.safetensors"), Devices.Parse("cpu"));
        var weights = StrongWeights.Of(target);
        var ticket = StrongNets.Compiled(convolutions, weights, new StrongOptions(1e-3, SamplingLaw.Independent, 30, TargetScale.None) { SearchedOfConvolutions = 28 }).Ticket;
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
}
