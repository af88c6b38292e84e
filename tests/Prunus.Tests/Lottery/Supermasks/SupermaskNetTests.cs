using Prunus.Lottery;
using Prunus.Lottery.Stacking;
using Prunus.Lottery.Supermasks;
using Prunus.Lottery.Training;
using Prunus.Native;
using Prunus.Vision;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Tests.Lottery.Supermasks;

public sealed class SupermaskNetTests
{
    private static readonly VisionConfig Config = VisionNets.Named("mlp:7-5", new MapShape(1, 2, 3), 4);

    private static VisionTicketNet Net(long seed) => new(VisionNet.Initialise(Config, VisionInitialisations.Named("signed-constant"), seed, CPU));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Members_of_a_stack_are_masked_as_apart(bool learned)
    {
        Libtorch.Load();
        using var scope = NewDisposeScope();
        SupermaskRule rule = learned ? new BernoulliMasks { Rescaling = MaskRescaling.Differentiated, First = 0.3 } : new EdgePopup(0.4) { Scaled = true };
        SupermaskNet[] apart = [SupermaskNet.Of(Net(1), rule, 1), SupermaskNet.Of(Net(2), rule, 2)];
        VisionTicketNet[] nets = [Net(1), Net(2)];
        using var together = new SupermaskNet(VisionStack.Of(nets.Select(n => n.Net).ToList()), rule,
            apart[0].Parameters.Keys.ToDictionary(k => k, k => stack(apart.Select(a => a.Parameters[k]))));
        using var generator = new Generator(3);
        var images = rand([3, 1, 2, 3], generator: generator);
        var noise = apart[0].Parameters.Values.Select(p => rand([2, .. p.shape], generator: generator)).ToArray();
        together.Draw = (i, _) => noise[i];
        var logits = together.Forward(images);
        for (var m = 0; m < 2; m++)
        {
            var member = m;
            apart[m].Draw = (i, _) => noise[i][member];
            Assert.True((logits[m] - apart[m].Forward(images)).abs().max().item<float>() < 1e-5f);
            apart[m].Dispose();
            nets[m].Dispose();
        }
    }

    [Fact]
    public void All_layers_together_keep_the_share_of_all()
    {
        Libtorch.Load();
        using var net = SupermaskNet.Of(Net(3), new EdgePopup(0.3) { Global = true }, 3);
        var masks = net.Masks();
        Assert.Equal(97 - (int)(0.7 * 97), masks.Kept);
        Assert.NotEqual(35 - (int)(0.7 * 35), masks["fc2.weight"].Kept);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1.5)]
    [InlineData(double.NaN)]
    public void Impossible_shares_are_refused(double keep) =>
        Assert.Contains("share kept", Assert.Throws<PrunusInputException>(() => SupermaskNet.Of(Net(1), new EdgePopup(keep), 1)).Message, StringComparison.Ordinal);

    [Fact]
    public void Draws_hang_on_seed_and_step()
    {
        Libtorch.Load();
        using var scope = NewDisposeScope();
        using var net = SupermaskNet.Of(Net(1), new BernoulliMasks(), 1);
        using var generator = new Generator(3);
        var images = rand([2, 1, 2, 3], generator: generator);
        var first = At(7);
        Assert.False(first.equal(At(8)).all().item<bool>());
        Assert.True(first.equal(At(7)).all().item<bool>());

        Tensor At(long step)
        {
            net.DrawFor(4, step);
            return net.Forward(images).detach();
        }
    }

    public static TheoryData<SupermaskRule> Rules => new((SupermaskRule[])[
        new EdgePopup(0.4) { Scaled = true }, new EdgePopup(0.4) { Signed = true, Global = true }, new EdgePopup(0.4) { Global = true, Scaled = true },
        new BernoulliMasks(), new BernoulliMasks { Rescaling = MaskRescaling.Constant }, new BernoulliMasks { Rescaling = MaskRescaling.Differentiated, First = 0.3 }]);

    [Theory, MemberData(nameof(Rules))]
    public void Short_gradients_are_those_through_the_masks(SupermaskRule rule)
    {
        Libtorch.Load();
        using var scope = NewDisposeScope();
        using var net = SupermaskNet.Of(Net(4), rule, 4);
        net.DrawFor(4, 1);
        using var generator = new Generator(3);
        var (images, labels) = (rand([5, 1, 2, 3], generator: generator), tensor(new long[] { 0, 1, 2, 3, 1 }));
        Tensor[] whole, quick;
        using (var learning = new GradientsOf(net.Parameters.Values))
        {
            whole = learning.Of(MemberLosses.CrossEntropy(net.Forward(images, training: true), labels, false));
        }

        using (var learning = ((IOwnGradients)net).Learn())
        {
            quick = learning.Of(MemberLosses.CrossEntropy(net.Forward(images, training: true), labels, false));
            Assert.All(net.Parameters.Values, p => Assert.False(p.requires_grad));
        }

        Assert.All(whole.Zip(quick), pair => Assert.True((pair.First - pair.Second).abs().max().item<float>() <= 1e-6f));
        Assert.Contains(whole, g => g.abs().max().item<float>() > 1e-3f);
    }
}
