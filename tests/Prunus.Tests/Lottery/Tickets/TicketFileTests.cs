using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;
using Prunus.Lottery.Masks;
using Prunus.Lottery.Tickets;
using Prunus.Randomness;
using Prunus.Tests.Runs;

namespace Prunus.Tests.Lottery.Tickets;

public sealed class TicketFileTests
{
    private static readonly Ticket Small = new("mlp:2:1x1x3:2", "glorot-normal", 7,
        new([("fc1.weight", Mask.Where([2, 3], i => i is 0 or 4)), ("fc2.weight", Mask.Full([2, 2]))]), 5,
        [
            new("fc1.weight", [2, 3], new[] { 1.5f, -2 }), new("fc1.bias", [2], new[] { 0.5f, 0.25f }),
            new("fc2.weight", [2, 2], new[] { 1f, 2, 3, 4 }), new("fc2.bias", [2], new[] { 0f, -0f }),
        ], new JsonObject { ["data"] = "mnist", ["level"] = 3, ["accuracy"] = 0.981 });

    [Fact]
    public void Layout_IsAsDocumented()
    {
        var bytes = TicketFile.ToBytes(Small);
        var length = (int)BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(12));
        Assert.Equal("PRUNUSTK", Encoding.ASCII.GetString(bytes, 0, 8));
        Assert.Equal(1u, BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(8)));
        Assert.StartsWith("""{"architecture":"mlp:2:1x1x3:2","initialisation":"glorot-normal","masks":[{"bytes":1,"coding":""", Encoding.UTF8.GetString(bytes, 16, length), StringComparison.Ordinal);
        Assert.Equal(1.5f, BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(bytes.Length - 8 - 4 * 10)));
        Assert.Equal(System.Security.Cryptography.SHA256.HashData(bytes.AsSpan(0, bytes.Length - 8))[..8], bytes[^8..]);
    }

    [Fact]
    public void RoundTrip_KeepsEverything()
    {
        using var folder = new TemporaryFolder();
        TicketFile.Write(folder["a.ticket"], Small);
        var read = TicketFile.Read(folder["a.ticket"]);
        Assert.Equal((Small.Architecture, Small.Initialisation, Small.Seed, Small.RewindStep), (read.Architecture, read.Initialisation, read.Seed, read.RewindStep));
        Assert.Equal(Small.Masks.Names, read.Masks.Names);
        Assert.All(read.Masks.Names, name => Assert.Equal(Small.Masks[name], read.Masks[name]));
        Assert.Equal(Small.Values!.SelectMany(v => v.Values.ToArray()), read.Values!.SelectMany(v => v.Values.ToArray()));
        Assert.Equal(0.981, read.Metadata["accuracy"]!.GetValue<double>());
        Assert.Equal(TicketFile.ToBytes(Small), TicketFile.ToBytes(read));
        Assert.Single(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void LeNetAt3Point6Percent_TakesAFewKilobytes()
    {
        var masks = DrawnMasks.LeNet(1);
        Assert.InRange(masks.Density, 0.034, 0.038);
        var bytes = TicketFile.ToBytes(new("lenet-300-100:1x28x28:10", "glorot-normal", 1, masks)).Length;
        var bound = masks.Names.Sum(name => MaskEntropy.Bytes(masks[name]));
        TestContext.Current.TestOutputHelper?.WriteLine($"{bytes} bytes, entropy bound by layer {bound:0}");
        Assert.InRange(bytes, 1, bound);
    }

    [Fact]
    public void CutOrChangedFiles_AreRefused_ByName()
    {
        var bytes = TicketFile.ToBytes(Small);
        for (var length = 0; length < bytes.Length; length++)
        {
            Refused(bytes[..length]);
        }

        for (var at = 0; at < bytes.Length; at++)
        {
            var changed = bytes.ToArray();
            changed[at] ^= (byte)(1 << (at % 8));
            Refused(changed);
        }

        Refused([.. bytes, 0]);
        var later = bytes.ToArray();
        later[8] = 2;
        Assert.Equal("a.ticket: is of version 2, and this program reads version 1; check that it is a whole .ticket file", Refused(later).Message);
    }

    [Fact]
    public void FuzzedBytesWithAValidChecksum_AreReadOrRefused()
    {
        var bytes = TicketFile.ToBytes(Small);
        var draw = new Philox4x32(11);
        for (var round = 0u; round < 6000; round++)
        {
            var changed = bytes.ToArray();
            for (var change = 0u; change <= round % 3; change++)
            {
                // Digits for digits, so that the JSON stays whole and its numbers lie.
                var at = draw.Below(8 * round + change, changed.Length - 8);
                changed[at] = changed[at] is >= (byte)'0' and <= (byte)'9' ? (byte)('0' + draw.Below(8 * round + 4 + change, 10)) : (byte)draw.Below(8 * round + 4 + change, 256);
            }

            TicketFile.Checksum(changed.AsSpan(0, changed.Length - 8)).CopyTo(changed.AsSpan(changed.Length - 8));
            try
            {
                _ = TicketFile.Read("a.ticket", changed);
            }
            catch (PrunusInputException e)
            {
                Assert.StartsWith("a.ticket: ", e.Message, StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [InlineData("""{"architecture":"a","initialisation":"i","masks":[{"bytes":0,"coding":1,"kept":0,"name":"w","shape":[268435456,2]}],"rewind_step":0,"seed":0}""")]
    [InlineData("""{"architecture":"a","initialisation":"i","masks":[{"bytes":0,"coding":1,"kept":0,"name":"w","shape":[9223372036854775807,9223372036854775807,0]}],"rewind_step":0,"seed":0}""")]
    [InlineData("""{"architecture":"a","initialisation":"i","masks":[{"bytes":2147483647,"coding":1,"kept":0,"name":"w","shape":[1]}],"rewind_step":0,"seed":0}""")]
    [InlineData("""{"architecture":"a","initialisation":"i","masks":[{"bytes":0,"coding":2,"kept":0,"name":"w","shape":[1,268435456]}],"rewind_step":0,"seed":0}""")]
    [InlineData("""{"architecture":"a","initialisation":"i","masks":[{"bytes":0,"coding":1,"kept":0,"name":"w","shape":[1]},{"bytes":0,"coding":1,"kept":0,"name":"w","shape":[1]}],"rewind_step":0,"seed":0}""")]
    [InlineData("""{"architecture":"a","initialisation":"i","masks":[],"rewind_step":4,"seed":0}""")]
    [InlineData("""{"architecture":"a","initialisation":"i","masks":{},"rewind_step":0,"seed":0}""")]
    [InlineData("""{"architecture":3,"initialisation":"i","masks":[],"rewind_step":0,"seed":0}""")]
    public void HeadersThatPromiseTooMuch_AreRefused(string header)
    {
        var text = Encoding.UTF8.GetBytes(header);
        byte[] bytes = [.. "PRUNUSTK"u8, 1, 0, 0, 0, .. BitConverter.GetBytes(text.Length), .. text];
        Refused([.. bytes, .. TicketFile.Checksum(bytes)]);
    }

    private static PrunusInputException Refused(byte[] bytes)
    {
        var fault = Assert.Throws<PrunusInputException>(() => TicketFile.Read("a.ticket", bytes));
        Assert.StartsWith("a.ticket: ", fault.Message, StringComparison.Ordinal);
        return fault;
    }
}
