using System.Text.Json.Nodes;
using Prunus.Lottery.Masks;
using Prunus.Lottery.Tickets;
using Prunus.Lottery.Universal;

namespace Prunus.Tests.Lottery.Universal;

public sealed class UniversalTicketTests
{
    private static readonly UniversalShape Small = new(UniversalFamily.Polynomial, 2, 1, 0.2, Widths: [100, 60, 80, 100, 60]);
    private readonly UniversalBackbone _backbone = UniversalNetTests.Compiled(Small).Backbone;

    [Fact]
    public void Ticket_RebuildsTheBackbone_ToTheLastBit()
    {
        var bytes = TicketFile.ToBytes(_backbone.Ticket.ToTicket());
        var read = UniversalTicket.From(TicketFile.Read("t", bytes), "t");
        var rebuilt = new UniversalBackbone(read, "t");
        Assert.Equal(_backbone.Ticket.Digest, rebuilt.Digest());
        Assert.Equal(_backbone.Features([0.1, 0.9, 1, 0]), rebuilt.Features([0.1, 0.9, 1, 0]));
        Assert.Equivalent(_backbone.Ticket.Shape, read.Shape);

        // Seed and masks only: a hundredth of a byte for a random number.
        Assert.InRange(bytes.Length, 100, 2500);
        Assert.NotEqual(_backbone.Ticket.Digest, UniversalNetTests.Compiled(Small, 2).Backbone.Ticket.Digest);
        Assert.Equal(bytes, TicketFile.ToBytes(UniversalNetTests.Compiled(Small).Backbone.Ticket.ToTicket()));
    }

    [Fact]
    public void WrongSign_AndOtherWrongMasks_AreSeen()
    {
        var ticket = _backbone.Ticket;
        var pair = ticket.Pairs[0];
        var wrong = Enumerable.Range(0, pair.Width).First(j => pair.First(j, 0) < 0);
        Refused("keeps neuron", Changed("log.in.first.weight", i => i == wrong));
        Refused("keeps neuron", Changed("log.in.first.bias", i => ticket.Masks["log.in.first.weight"][i]));
        Refused("keeps biases of log.in.second.bias", Changed("log.in.second.bias", i => i == 0));

        // Another seed's numbers under these masks.
        Assert.Throws<PrunusInputException>(() => new UniversalBackbone(new UniversalTicket(ticket.Shape, ticket.Seed + 1, ticket.Masks)));

        // One product less is another net, and a worse one.
        var kept = ticket.Masks["exp.out.second.weight"].KeptIndices().First();
        var less = new UniversalBackbone(new UniversalTicket(ticket.Shape, ticket.Seed, ticket.Masks.Select((n, m) => n == "exp.out.second.weight" ? Mask.Where(m.Shape, i => m[i] && i != kept) : m)));
        Assert.NotEqual(ticket.Digest, less.Digest());
        Assert.NotEqual(UniversalError.Largest(_backbone, UniversalError.Points(2, 100)), UniversalError.Largest(less, UniversalError.Points(2, 100)));

        MaskSet Changed(string name, Func<int, bool> more) => ticket.Masks.Select((n, m) => n == name ? Mask.Where(m.Shape, i => m[i] || more(i)) : m);

        void Refused(string start, MaskSet masks) => Assert.StartsWith(
            "file: " + start, Assert.Throws<PrunusInputException>(() => new UniversalBackbone(new UniversalTicket(ticket.Shape, ticket.Seed, masks), "file")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("inputs", "3", "t: has masks that are not those of the net it tells of; ")]
    [InlineData("inputs", "0", "t: tells of a net whose inputs is 0; ")]
    [InlineData("inputs", "\"two\"", "t: does not say its 'inputs'; ")]
    [InlineData("degree", "30", "t: has masks that are not those of the net it tells of; ")]
    [InlineData("degree", "33", "t: tells of a net whose degree is 33; ")]
    [InlineData("segments", "[3]", "t: tells of a net whose segments is 3; ")]
    [InlineData("widths", "[1,2,3,4,100000]", "t: tells of a net whose widths is 1,2,3,4,100000; ")]
    [InlineData("digest", "null", "t: does not say its 'digest'; ")]
    public void OtherNets_AreRefused(string key, string value, string message)
    {
        var ticket = _backbone.Ticket.ToTicket();
        var metadata = (JsonObject)ticket.Metadata.DeepClone();
        metadata[key] = JsonNode.Parse(value);
        var other = new Ticket(ticket.Architecture, ticket.Initialisation, ticket.Seed, ticket.Masks, metadata: metadata);
        Assert.StartsWith(message, Assert.Throws<PrunusInputException>(() => UniversalTicket.From(other, "t")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OtherTickets_AreRefused() => Assert.StartsWith(
        "t: is of 'mlp:5' with the law 'uniform-2-1', no universal ticket; ",
        Assert.Throws<PrunusInputException>(() => UniversalTicket.From(new Ticket("mlp:5", UniversalTicket.Law, 1, _backbone.Ticket.Masks), "t")).Message, StringComparison.Ordinal);
}
