using Prunus.Lottery.Sparse;
using Prunus.Lottery.Tickets;
using Prunus.Native;
using Prunus.Tests.Lottery.Tickets;
using Prunus.Vision;
using static TorchSharp.torch;

namespace Prunus.Tests.Lottery.Sparse;

public sealed class SparseNetTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(16)]
    [InlineData(65)]
    [InlineData(300)]
    public void Logits_EqualLibtorchs(int count)
    {
        Libtorch.Load();
        using var scope = NewDisposeScope();
        using var net = TicketNets.Rebuild(new Ticket("lenet-300-100:1x28x28:10", "glorot-normal", 3, DrawnMasks.LeNet(3)), CPU);
        foreach (var bias in net.Parameters.Where(p => p.Key.EndsWith(".bias", StringComparison.Ordinal)))
        {
            bias.Value.add_(arange(bias.Value.numel()).sin());
        }

        using var sparse = SparseNet.Compile(net);
        var images = rand(count, 1, 28, 28);
        var logits = new float[count * 10];
        sparse.Run(images.data<float>().ToArray(), count, logits);
        Assert.True(Goldens.RelativeDifference(net.Forward(images).contiguous().data<float>().ToArray(), logits) < 2e-6);
        Assert.All(sparse.Layers, layer => Assert.Equal("sparse", layer.Kind));
        Assert.InRange(sparse.Inputs, 100, 783);
    }

    [Fact]
    public void DeadUnits_GoAndTheirConstantsStay()
    {
        // Unit 0 of the first layer has no inputs and gives relu(2) = 2; unit 1 leads nowhere; unit 2 is what is left, reading input 1 alone.
        LinearLayer[] layers =
        [
            new("fc1", 3, 2, [0, 0, 5, 6, 0, 7], [2, 1, -1], Relu: true),
            new("fc2", 2, 3, [3, 0, 0, 4, 0, 9], [10, 20], Relu: false),
        ];
        var (inputs, compact) = CompactLayers.Of(layers);
        Assert.Equal([1], inputs);
        Assert.Equal((1, 1), (compact[0].Rows, compact[0].Columns));
        Assert.Equal([7f], compact[0].Weights);
        Assert.Equal([0f, 9f], compact[1].Weights);
        Assert.Equal([16f, 28f], compact[1].Bias);
    }

    [Fact]
    public void EmptyNet_GivesItsConstants()
    {
        Libtorch.Load();
        using var scope = NewDisposeScope();
        var config = VisionNets.Named("mlp:4", new MapShape(1, 2, 2), 3);
        using var net = new VisionNet(config, config.Tensors().ToDictionary(t => t.Name, t => t.IsPrunable ? zeros([.. t.Shape]) : ones([.. t.Shape])));
        using var sparse = SparseNet.Compile(net);
        foreach (var count in (int[])[1, 20])
        {
            var logits = new float[3 * count];
            sparse.Run(new float[4 * count], count, logits);
            Assert.All(logits, l => Assert.Equal(1, l));
        }
    }

    [Fact]
    public void Convolutions_AreRefusedByName()
    {
        using var net = VisionNet.Initialise(VisionNets.Named("lenet-5"), VisionInitialisations.All[0], 1, CPU);
        var fault = Assert.Throws<PrunusInputException>(() => SparseNet.Compile(net));
        Assert.StartsWith("sparse kernels: lenet-5 has 'conv1', which is no linear layer; ", fault.Message, StringComparison.Ordinal);
    }
}
