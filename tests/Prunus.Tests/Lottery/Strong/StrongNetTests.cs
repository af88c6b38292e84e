using System.Numerics;
using Prunus.Lottery.Strong;
using Prunus.Lottery.Tickets;
using Prunus.Vision;

namespace Prunus.Tests.Lottery.Strong;

/// <summary>What tickets hold and count of a net, and the nets that there are none of.</summary>
public sealed class StrongNetTests
{
    // The net has a layer without a bias.
    [Fact]
    public void Kept_CountsMasksAndTheirWeightsOfV()
    {
        using var target = StrongNets.Target();
        var ticket = StrongNets.Compiled(StrongNets.Small, StrongWeights.Of(target), new StrongOptions(0.1, SamplingLaw.Theorem, 40)).Ticket;
        var used = ticket.Layers.Sum(l => Enumerable.Range(0, l.Outputs).Sum(o => Enumerable.Range(0, l.Fan + (l.HasBias ? 1 : 0)).Aggregate(0UL, (all, entry) => all | ticket.Subset(l, o, entry)) is var any ? BitOperations.PopCount(any) : 0));
        Assert.Equal(ticket.Masks.Kept + used, ticket.Kept);
    }

    [Theory, InlineData("theorem"), InlineData("independent")]
    public void Tickets_RebuildTheSameNet(string law)
    {
        var config = VisionNets.Named("mlp:12-8", new MapShape(1, 4, 4), 3);
        using var target = StrongNets.Target(config);
        var made = StrongNets.Compiled(config, StrongWeights.Of(target), new StrongOptions(0.01, SamplingLaw.Named(law), 20, Seed: 5));
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

    [Fact]
    public void UnsupportedNets_AreNamed()
    {
        var fault = Assert.Throws<PrunusInputException>(() => StrongLayer.Of(VisionNets.Named("resnet-20")));
        Assert.StartsWith("resnet-20: layer 'bn1' is a BatchNorm, which the construction does not cover; ", fault.Message, StringComparison.Ordinal);
        fault = Assert.Throws<PrunusInputException>(() => StrongLayer.Of(StrongNets.Small with { Steps = [.. StrongNets.Small.Steps.Where(s => s is not Relu)] }));
        Assert.StartsWith("small: layer 'conv2' follows a layer without ReLU between them", fault.Message, StringComparison.Ordinal);
    }
}
