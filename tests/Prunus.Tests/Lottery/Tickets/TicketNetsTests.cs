using Prunus.Lottery;
using Prunus.Lottery.Masks;
using Prunus.Lottery.Tickets;
using Prunus.Native;
using Prunus.Tests.Native;
using Prunus.Vision;
using static TorchSharp.torch;

namespace Prunus.Tests.Lottery.Tickets;

public sealed class TicketNetsTests
{
    private const string LeNet = "lenet-300-100:1x28x28:10";

    [Fact]
    public void Rebuilt_BitForBit_FromSeedAndMask() => TensorLeaks.AssertNone(() =>
    {
        var ticket = TicketFile.Read("t", TicketFile.ToBytes(new Ticket(LeNet, "kaiming-normal", 42, DrawnMasks.LeNet(5))));
        using var rebuilt = TicketNets.Rebuild(ticket, CPU);
        using var fresh = VisionNet.Initialise(VisionNets.Named("lenet-300-100"), VisionInitialisations.Named("kaiming-normal"), 42, CPU);
        foreach (var (name, tensor) in rebuilt.Parameters)
        {
            var values = TensorMemory.Span<float>(tensor);
            var drawn = TensorMemory.Span<float>(fresh.Parameters[name]);
            for (var i = 0; i < values.Length; i++)
            {
                var expected = ticket.Masks.Covers(name) && !ticket.Masks[name][i] ? 0f : drawn[i];
                Assert.Equal(BitConverter.SingleToInt32Bits(expected), BitConverter.SingleToInt32Bits(values[i]));
            }
        }
    });

    [Fact]
    public void CapturedAtAStep_AndRebuilt_BitForBit_BuffersToo() => TensorLeaks.AssertNone(() =>
    {
        using var scope = NewDisposeScope();
        using var net = new VisionTicketNet(VisionNet.Initialise(VisionNets.Named("resnet-20"), VisionInitialisations.Named("kaiming-normal"), 3, CPU));
        using (net.Forward(ones(2, 3, 32, 32), training: true))
        {
        }

        var masks = MaskSet.Full(net.Tensors).Select((name, mask) => DrawnMasks.Draw((ulong)name.Length, 0.3, [.. mask.Shape]));
        var ticket = TicketFile.Read("t", TicketFile.ToBytes(TicketNets.Capture(net, "kaiming-normal", 3, masks, 500)));
        using var rebuilt = TicketNets.Rebuild(ticket, CPU);
        Assert.Equal(500, ticket.RewindStep);
        Assert.All(net.Buffers, b => Assert.True(b.Value.equal(rebuilt.Buffers[b.Key]).all().item<bool>()));
        Assert.All(net.Parameters, p =>
        {
            var expected = masks.Covers(p.Key) ? p.Value * masks[p.Key].ToTensor(CPU) : p.Value;
            Assert.True(expected.equal(rebuilt.Parameters[p.Key]).all().item<bool>());
        });
    });

    [Fact]
    public void OtherNets_AreNamed()
    {
        var ticket = new Ticket("lenet-5:1x28x28:10", "glorot-normal", 1, DrawnMasks.LeNet(1));
        var fault = Assert.Throws<PrunusInputException>(() => TicketNets.Config(ticket, "x.ticket"));
        Assert.Equal("x.ticket: masks 'fc1.weight' [300,784], which does not fit lenet-5:1x28x28:10; use a ticket of this net", fault.Message);
        Assert.Throws<PrunusInputException>(() => TicketNets.Config(new Ticket("decoder:3", "x", 1, DrawnMasks.LeNet(1)), "x.ticket"));
        Assert.Throws<PrunusInputException>(() => TicketNets.Config("lenet-9:1x28x28:10"));
        Assert.Null(TicketNets.Config("lenet-5:0x28x28:10"));
        Assert.Equal("mlp:64-32", TicketNets.Config("mlp:64-32:1x16x16:4")!.Id);
        Assert.Throws<ArgumentException>(() => new Ticket(LeNet, "glorot-normal", 1, DrawnMasks.LeNet(1), rewindStep: 2));
    }
}
