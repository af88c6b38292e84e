using System.Text.Json.Nodes;
using Prunus.Checkpoints;
using Prunus.Lottery.Tickets;
using Prunus.Lottery.Universal;
using Prunus.Tests.Runs;
using Prunus.Tests.Shrinking;

namespace Prunus.Tests.Cli;

public sealed class UniversalTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory, InlineData("polynomial", 9), InlineData("fourier", 18)]
    public async Task Compiled_IsVerified_InAnotherProcess(string family, int features)
    {
        var compiled = Tool.Json("universal", "compile", "--family", family, "--inputs", "2", "--degree", "3", "--epsilon", "0.05", "--seed", "3", "--out", _folder["a.ticket"]);
        Assert.Equal(features, compiled["features"]!.GetValue<int>());
        Assert.InRange(compiled["certified_float64"]!.GetValue<double>(), 0, 0.05);
        var (code, output, error) = await PrunusProcess.Run(["universal", "verify", _folder["a.ticket"], "--points", "2000", "--json"]);
        Assert.True(code == 0, error);
        var verified = JsonNode.Parse(output)!;
        Assert.True(verified["rebuilt"]!.GetValue<bool>() && verified["holds"]!.GetValue<bool>());
        foreach (var same in new[] { "kept", "random_parameters", "certified_exact", "certified_float32" })
        {
            Assert.Equal(compiled[same]!.ToJsonString(), verified[same]!.ToJsonString());
        }

        Assert.InRange(verified["sup_error"]!.GetValue<double>(), 0, verified["certified_exact"]!.GetValue<double>());
    }

    [Fact]
    public void Features_AreWritten()
    {
        Assert.Equal(0, Tool.Run("universal", "compile", "--inputs", "2", "--degree", "2", "--out", _folder["a.ticket"]).Code);
        Points("x.safetensors", [3, 2], [0, 1, 0.5f, 0.25f, 1, 2]);
        var (code, output, error) = Tool.Run("universal", "features", _folder["a.ticket"], "--points", _folder["x.safetensors"], "--out", _folder["f.safetensors"]);
        Assert.Equal((0, $"{_folder["f.safetensors"]}: 5 features of 3 points\n"), (code, output));
        Assert.Equal("prunus: note: 1 of 3 points lie outside [0,1], where no error is certified\n", error);
        using var file = SafetensorsFile.Open(_folder["f.safetensors"]);
        Assert.Equal([3, 5], file.Tensors["features"].Shape);
        var features = new double[15];
        file.ReadBytes("features", 0, System.Runtime.InteropServices.MemoryMarshal.AsBytes(features.AsSpan()));
        double[] meant = [0.5, 1, 0.25, 0.5, 1, 0.75, 0.625, 0.5625, 0.46875, 0.390625];
        Assert.All(meant.Zip(features), p => Assert.Equal(p.First, p.Second, 0.01));
    }

    [Fact]
    public void Published_StandsBesideOurs()
    {
        var json = Tool.Json("universal", "compile", "--published", "--out", _folder["p.ticket"]);
        Assert.Equal(431_800, json["published_count"]!.GetValue<long>());
        Assert.InRange(json["kept"]!.GetValue<long>(), 1000, 1200);
        Assert.Equal(0, Tool.Run("universal", "verify", _folder["p.ticket"]).Code);
        Tool.Refused("--degree: is part of what --published says; ", "universal", "compile", "--published", "--degree", "3", "--out", _folder["b.ticket"]);
    }

    [Fact]
    public void BadInput_IsOneLine()
    {
        string[] compile = ["universal", "compile", "--inputs", "1", "--degree", "4", "--segments", "3,3"];
        var (code, _, error) = Tool.Run([.. compile, "--out", _folder["a.ticket"]]);
        Assert.Equal(3, code);
        Assert.StartsWith("prunus: --epsilon: features may be off by ", error, StringComparison.Ordinal);
        Assert.Equal(1, error.Count(c => c == '\n'));
        Assert.False(File.Exists(_folder["a.ticket"]));
        Assert.Equal(0, Tool.Run([.. compile, "--allow-unreached", "--out", _folder["a.ticket"]]).Code);
        Assert.Equal(3, Tool.Run("universal", "verify", _folder["a.ticket"]).Code);

        Tool.Refused("--degree: 20 with 20 inputs makes ", "universal", "compile", "--inputs", "20", "--degree", "20", "--out", _folder["b.ticket"]);
        Tool.Refused("--segments: is 3; give two numbers", "universal", "compile", "--segments", "3", "--out", _folder["b.ticket"]);
        Tool.Refused("--segments: 0 is out of range", "universal", "compile", "--segments", "0", "--out", _folder["b.ticket"]);
        Tool.Refused("--widths: is 5,5; give 5 numbers", "universal", "compile", "--widths", "5,5", "--out", _folder["b.ticket"]);
        Tool.Refused("--widths: 5 hidden neurons of log are fewer than its ", "universal", "compile", "--widths", "5,5,5,5,5", "--out", _folder["b.ticket"]);
        Tool.Refused("--widths: makes 80", "universal", "compile", "--segments", "9,9", "--widths", "9,9,9,20000,20000", "--out", _folder["b.ticket"]);
        Tool.Refused("--epsilon: 1E-09 needs ", "universal", "compile", "--family", "fourier", "--epsilon", "1e-9", "--out", _folder["b.ticket"]);
        Tool.Refused("--segments: 4000,4000 needs widths up to 48100, more than 20000; ", "universal", "compile", "--segments", "4000,4000", "--out", _folder["b.ticket"]);
        foreach (var family in (string[])["polynomial", "fourier"])
        {
            var (_, _, fault) = Tool.Run("universal", "compile", "--family", family, "--inputs", "2", "--degree", "3", "--epsilon", "1e-7", "--out", _folder["b.ticket"]);
            Assert.Matches("^prunus: --epsilon: 1E-07 needs [^;]* more than [^;]*; give [0-9.E-]+ or more, a lower --degree or fewer --inputs\n$", fault);

            // The one that is named is the smallest of two digits: it has a net, and the one below has none.
            var smallest = double.Parse(fault.Split("give ")[1].Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
            var shape = new UniversalShape(Enum.Parse<UniversalFamily>(family, ignoreCase: true), 2, 3, smallest, family == "fourier");
            Assert.NotNull(shape.Resolved().Widths);
            Assert.Throws<PrunusInputException>(() => (shape with { Epsilon = smallest - Math.Pow(10, Math.Floor(Math.Log10(smallest)) - 1) }).Resolved());
        }

        Assert.False(File.Exists(_folder["b.ticket"]));

        Tool.Refused("no.ticket: does not exist; ", "universal", "verify", "no.ticket");
        Points("x.safetensors", [1, 2], [0, 1]);
        Tool.Refused($"{_folder["x.safetensors"]}: tensor 'x' is [1,2], and the ticket takes 1 numbers a point; ", "universal", "features", _folder["a.ticket"], "--points", _folder["x.safetensors"], "--out", _folder["f"]);
        Points("none.safetensors", [0, 1], []);
        Tool.Refused($"{_folder["none.safetensors"]}: tensor 'x' is [0,1], which holds no point; give [n,1] with n of 1 or more\n", "universal", "features", _folder["a.ticket"], "--points", _folder["none.safetensors"], "--out", _folder["f"]);
        Points("nan.safetensors", [1, 1], [float.NaN]);
        Tool.Refused($"{_folder["nan.safetensors"]}: tensor 'x' holds NaN or infinity; ", "universal", "features", _folder["a.ticket"], "--points", _folder["nan.safetensors"], "--out", _folder["f"]);
        Assert.False(File.Exists(_folder["f"]));

        // A ticket of another net, and one whose masks were cut off.
        var ticket = TicketFile.Read(_folder["a.ticket"]);
        TicketFile.Write(_folder["other.ticket"], new Ticket(ticket.Architecture, ticket.Initialisation, ticket.Seed + 1, ticket.Masks, metadata: ticket.Metadata));
        (code, var said, error) = Tool.Run("universal", "verify", _folder["other.ticket"], "--json");
        Assert.Equal((3, false, false), (code, JsonNode.Parse(said)!["rebuilt"]!.GetValue<bool>(), JsonNode.Parse(said)!["holds"]!.GetValue<bool>()));
        Assert.Matches("^prunus: [^;\n]*other.ticket: keeps neuron [^;\n]*; compile it again\n$", error);
        Points("x1.safetensors", [1, 1], [0]);
        Tool.Refused($"{_folder["other.ticket"]}: keeps neuron ", "universal", "features", _folder["other.ticket"], "--points", _folder["x1.safetensors"], "--out", _folder["f"]);
        File.WriteAllBytes(_folder["cut.ticket"], File.ReadAllBytes(_folder["a.ticket"])[..^20]);
        Tool.Refused($"{_folder["cut.ticket"]}: ", "universal", "verify", _folder["cut.ticket"]);
    }

    public void Dispose() => _folder.Dispose();

    private void Points(string name, long[] shape, float[] values) => SafetensorsWriter.Write(_folder[name], [TensorSource.Of("x", ElementType.F32, shape, () => values)]);
}
