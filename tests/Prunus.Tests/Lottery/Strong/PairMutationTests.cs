using Prunus.Lottery.Masks;
using Prunus.Lottery.Strong;
using Prunus.Lottery.Strong.Bounds;
using Prunus.Lottery.Strong.Verification;
using Prunus.Native;
using Prunus.Vision;
using static TorchSharp.torch;

namespace Prunus.Tests.Lottery.Strong;

/// <summary>The pruned random net itself, V, T, U, S and both ReLUs, wrong in one place: a verification has to see it.</summary>
public sealed class PairMutationTests
{
    private const int Images = 500;
    private static readonly VisionConfig Small = StrongNets.Small;
    private static readonly Lazy<(IReadOnlyDictionary<string, double[]> Target, StrongTicket Ticket)> Made = new(Make);

    public static TheoryData<string> Mutations => new("sign of V", "off the diagonal of T", "kept negative U", "shifted U", "dropped filter", "dropped kernel", "swapped blocks", "dropped bias");

    [Theory, MemberData(nameof(Mutations))]
    public void WrongPairs_AreSeen(string mutation)
    {
        using var pairs = new PairNet(Made.Value.Ticket, ScalarType.Float64);
        Assert.InRange(Largest(pairs.Forward), 0, Bound());
        Mutate(pairs.Layers["conv1"], mutation);
        Assert.True(Largest(pairs.Forward) > Bound(), mutation);
    }

    // The proof in one line: with S as it is, the ReLU between both layers does nothing. With one negative weight of U kept it does, and then nothing is right any more.
    [Fact]
    public void InnerRelu_DoesNothing_UnlessNegativeWeightsAreKept()
    {
        using var plain = new PairNet(Made.Value.Ticket, ScalarType.Float64);
        using var linear = new PairNet(Made.Value.Ticket, ScalarType.Float64);
        foreach (var layer in linear.Layers.Values)
        {
            layer.Rectifies = false;
        }

        using var scope = NewDisposeScope();
        var images = new WorstCase().Images(Small.Input, Images, ScalarType.Float64);
        Assert.InRange(WorstCase.Largest(plain.Forward, linear.Forward, images), 0, 1e-12); // Sums of libtorch's products have orders of their own.
        Mutate(plain.Layers["conv1"], "kept negative U");
        Mutate(linear.Layers["conv1"], "kept negative U");
        Assert.True(WorstCase.Largest(plain.Forward, linear.Forward, images) > Bound());
        Assert.True(Largest(linear.Forward) > Bound());
    }

    // That between two layers of the target cannot be left out: no bound would hold behind it.
    [Fact]
    public void DroppedOuterRelu_IsSeen()
    {
        var (_, ticket) = Made.Value;
        var config = Small with { Steps = [.. Small.Steps.Where(s => s.Name != "relu3")] };
        Assert.Throws<PrunusInputException>(() => new StrongTicket(config, ticket.Law, ticket.Samples, ticket.Seed, ticket.Exponents, ticket.Masks));
    }

    // The sums, and so the digest, know no negative U: only the pruned net itself shows that the mask is wrong.
    [Fact]
    public void MaskThatKeepsNegativeU_FailsAVerification()
    {
        var (target, ticket) = Made.Value;
        var (layer, name) = (ticket.Layers[0], RandomLayer.FirstWeight(ticket.Layers[0]));
        var random = ticket.Random(layer);
        var kept = Mask.Where([.. ticket.Masks[name].Shape], i => ticket.Masks[name][i] || random.First(i) < -0.5);
        var wrong = new StrongTicket(Small, ticket.Law, ticket.Samples, ticket.Seed, ticket.Exponents, new MaskSet(ticket.Masks.Names.Select(n => (n, n == name ? kept : ticket.Masks[n]))));
        Assert.Equal(StrongWeights.Digest(Small, StrongWeights.Of(ticket)), StrongWeights.Digest(Small, StrongWeights.Of(wrong)));
        var options = new VerificationOptions(Images: 50, WorstImages: 4, Steps: 2);
        Assert.True(StrongVerification.Measure(ticket, target, null, options, cancellation: TestContext.Current.CancellationToken).Holds);
        var seen = StrongVerification.Measure(wrong, target, null, options, cancellation: TestContext.Current.CancellationToken);
        Assert.False(seen.Holds);
        Assert.All(seen.Observed, o => Assert.Equal(o.Form == StrongForm.Summed, o.Holds));
    }

    private static void Mutate(PairLayer layer, string mutation)
    {
        var random = Made.Value.Ticket.Random(Made.Value.Ticket.Layers[0]);
        Span<double> u = TensorMemory.Span<double>(layer.First), v = TensorMemory.Span<double>(layer.Second);
        var (n, fan, filters) = (random.Samples, random.Layer.Fan, random.Samples * random.Layer.Outputs);
        var used = Enumerable.Range(0, n).First(t => Made.Value.Ticket.Subset(random.Layer, 0, 0) >> t << 63 != 0);
        switch (mutation)
        {
            case "sign of V":
                v[used] = -v[used];
                break;
            case "off the diagonal of T":
                v[filters + used] = random.Second(0, used);
                break;
            case "kept negative U":
                var at = Enumerable.Range(used * fan, fan).MinBy(i => random.First(i));
                Assert.True(random.First(at) < -0.1);
                u[at] = random.First(at);
                break;
            case "shifted U":
                u[..^1].ToArray().CopyTo(u[1..]);
                break;
            case "dropped filter":
                v[used] = 0;
                break;
            case "dropped kernel":
                u.Slice(used * fan, random.Layer.Kernel).Clear();
                break;
            case "swapped blocks":
                var first = u[..(n * fan)].ToArray();
                u.Slice(n * fan, n * fan).CopyTo(u);
                first.CopyTo(u[(n * fan)..]);
                break;
            case "dropped bias":
                TensorMemory.Span<double>(layer.Bias!).Clear();
                break;
            default:
                throw new InvalidOperationException(mutation);
        }
    }

    private static double Largest(Func<Tensor, Tensor> other)
    {
        using var target = StrongWeights.Net(Small, Made.Value.Target, ScalarType.Float64);
        return new NetPair(x => target.Forward(x), other, ScalarType.Float64).OnRandom(Small.Input, Images);
    }

    private static double Bound() =>
        ErrorBounds.Certify(Small, ErrorBounds.Layers(Made.Value.Ticket, Made.Value.Target, StrongForm.Pairs, Arithmetic.Float64), Arithmetic.Float64)[^1].Rounded;

    private static (IReadOnlyDictionary<string, double[]> Target, StrongTicket Ticket) Make()
    {
        using var net = StrongNets.Target();
        var weights = StrongWeights.Of(net);
        return (weights, StrongCompiler.Compile(Small, weights, new StrongOptions(0.01, SamplingLaw.Theorem, 56), cancellation: TestContext.Current.CancellationToken).Ticket);
    }
}
