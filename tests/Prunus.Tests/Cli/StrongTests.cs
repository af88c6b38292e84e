using System.Text.Json.Nodes;
using Prunus.Checkpoints;
using Prunus.Cli.Commands.Strong;
using Prunus.Lottery.Strong;
using Prunus.Lottery.Tickets;
using Prunus.Tests.Runs;
using Prunus.Tests.Shrinking;

namespace Prunus.Tests.Cli;

public sealed class StrongTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public StrongTests() => Weights("mlp.safetensors", 1);

    [Theory, InlineData("theorem", "best", "44"), InlineData("independent", "any", "24"), InlineData("independent", "smallest", "24"), InlineData("shared", "best", "24")]
    public async Task Compiled_IsVerified_InAnotherProcess(string law, string choice, string samples)
    {
        var compiled = Tool.Json("strong", "compile", _folder["mlp.safetensors"], "--law", law, "--choice", choice, "--samples", samples, "--epsilon", "0.05", "--out", _folder["a.ticket"]);
        Assert.Equal(0, compiled["unreached"]!.GetValue<int>());
        Assert.InRange(compiled["largest_error"]!.GetValue<double>(), 0, 0.05);
        var (code, output, error) = await PrunusProcess.Run(["strong", "verify", _folder["a.ticket"], "--data", "fashion-tiny", "--json"]);
        Assert.True(code == 0, error);
        var verified = JsonNode.Parse(output)!;
        Assert.True(verified["rebuilt"]!.GetValue<bool>() && verified["holds"]!.GetValue<bool>());
        Assert.Equal(compiled["kept"]!.GetValue<long>(), verified["kept"]!.GetValue<long>());
        Assert.All(verified["observed"]!.AsArray(), o => Assert.InRange(o!["observed"]!.GetValue<double>(), 0, o["certified"]!.GetValue<double>()));
        Assert.Equal(12, verified["observed"]!.AsArray().Count);
        Assert.True(verified["within_epsilon"]!.GetValue<bool>());
        Assert.All(verified["layers"]!.AsArray(), l => Assert.InRange(Math.Max(l!["weight_error"]!.GetValue<double>(), l["largest_error"]!.GetValue<double>()), 0, 0.05));
    }

    [Fact]
    public void BadInput_IsOneLine()
    {
        string[] compile = ["strong", "compile", _folder["mlp.safetensors"], "--out", _folder["a.ticket"]];
        var (code, _, error) = Tool.Run([.. compile, "--samples", "4", "--quiet"]);
        Assert.Equal(3, code);
        Assert.Contains("weights stay farther than 0.01 from their targets", error, StringComparison.Ordinal);
        Assert.Contains("prunus: note: fc", error, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder["a.ticket"]));
        var unreached = JsonNode.Parse(Tool.Run([.. compile, "--samples", "4", "--quiet", "--json"]).Out)!;
        var worst = unreached["unreached_weights"]!.AsArray();
        Assert.Equal(Math.Min(1000, unreached["unreached"]!.GetValue<int>()), worst.Count);
        Assert.Equal(unreached["largest_error"]!.GetValue<double>(), worst[0]!["error"]!.GetValue<double>());
        Assert.Contains(worst[0]!["tensor"]!.GetValue<string>(), (string[])["fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"]);
        Assert.Contains("; give more --samples (now 4, 64 at most), another --seed or --scale, a larger --epsilon, or --allow-unreached", error, StringComparison.Ordinal);
        Assert.Equal(0, Tool.Run([.. compile, "--samples", "4", "--allow-unreached"]).Code);
        (code, var said, error) = Tool.Run("strong", "verify", _folder["a.ticket"], "--quiet", "--json");
        Assert.Equal((3, false), (code, JsonNode.Parse(said)!["within_epsilon"]!.GetValue<bool>()));
        Assert.Contains($"prunus: {_folder["a.ticket"]}: {unreached["unreached"]} of 4780 weights are farther than ε 0.01 from their targets, by ", error, StringComparison.Ordinal);
        Tool.Refused("--data: 'nosuch' is no set of images that is known; ", "strong", "verify", _folder["a.ticket"], "--data", "nosuch");
        Tool.Refused($"--export: {_folder["mlp.safetensors"]} is read by this command and would be lost; choose another --export", "strong", "verify", _folder["a.ticket"], "--export", _folder["mlp.safetensors"]);

        Weights("other.safetensors", 2);
        Tool.Refused($"{_folder["other.safetensors"]}: holds other weights than those", "strong", "verify", _folder["a.ticket"], "--weights", _folder["other.safetensors"]);
        Tool.Refused("resnet-20: layer 'bn1' is a BatchNorm", "strong", "compile", _folder["mlp.safetensors"], "--net", "resnet-20", "--out", _folder["b.ticket"]);
        Tool.Refused($"{_folder["mlp.safetensors"]}: has no tensor 'conv1.weight'", "strong", "compile", _folder["mlp.safetensors"], "--net", "lenet-5", "--out", _folder["b.ticket"]);
        Write("strange.safetensors", ("a", [2L], [1f, 2f]));
        Tool.Refused($"{_folder["strange.safetensors"]}: is of no net that is known by its tensors; ", "strong", "compile", _folder["strange.safetensors"], "--out", _folder["b.ticket"]);
        File.WriteAllBytes(_folder["net.onnx"], [0x08, 0x07]);
        File.WriteAllBytes(_folder["net"], [0x08, 0x07, 0x12, 0x07, .. "pytorch"u8]);
        foreach (var onnx in (string[])["net.onnx", "net"])
        {
            Tool.Refused($"{_folder[onnx]}: is an ONNX file, and weights are read from safetensors alone; write them as safetensors, under PyTorch's names\n", "strong", "compile", _folder[onnx], "--out", _folder["b.ticket"]);
        }

        Weights("nan.safetensors", 1, float.NaN);
        Tool.Refused($"{_folder["nan.safetensors"]}: tensor 'fc1.weight' holds NaN or infinity; ", "strong", "compile", _folder["nan.safetensors"], "--out", _folder["b.ticket"]);
        Tool.Refused("no.ticket: does not exist; ", "strong", "verify", "no.ticket");
        Assert.False(File.Exists(_folder["b.ticket"]));
    }

    // Where all numbers there can be do not do, what is advised can be done.
    [Theory]
    [InlineData("theorem", 63, "give more --samples (now 63, 64 at most), another --seed or --scale, a larger --epsilon")]
    [InlineData("theorem", 64, "use --law independent, whose 64 numbers are none of them 0 (--samples is at its most), another --seed, a larger --epsilon")]
    [InlineData("independent", 64, "give another --seed, a larger --epsilon (--samples is at its most)")]
    public void AtTheMostSamples_NoMoreAreAsked(string law, int samples, string remedy) =>
        Assert.Equal(remedy, StrongCompileCommand.Remedy(new StrongOptions(0.01, SamplingLaw.Named(law), samples)));

    [Fact]
    public void RebuiltNet_IsWritten()
    {
        Tool.Json("strong", "compile", _folder["mlp.safetensors"], "--samples", "44", "--epsilon", "0.05", "--out", _folder["a.ticket"]);
        Assert.Equal(_folder["b.safetensors"], Tool.Json("strong", "verify", _folder["a.ticket"], "--export", _folder["b.safetensors"])["export"]!.GetValue<string>());
        var rebuilt = StrongWeights.Of(StrongTicket.From(TicketFile.Read(_folder["a.ticket"]), "a"));
        using var target = SafetensorsFile.Open(_folder["mlp.safetensors"]);
        using var written = SafetensorsFile.Open(_folder["b.safetensors"]);
        Assert.Equal(target.Tensors.Keys.Order(), written.Tensors.Keys.Order());
        foreach (var (name, entry) in target.Tensors)
        {
            Assert.Equal(entry.Shape, written.Tensors[name].Shape);
            float[] before = target.ReadAll(name), after = written.ReadAll(name);
            Assert.Equal(Array.ConvertAll(rebuilt[name], v => BitConverter.SingleToInt32Bits((float)v)), Array.ConvertAll(after, BitConverter.SingleToInt32Bits));
            Assert.All(before.Zip(after), p => Assert.InRange(Math.Abs((double)p.First - p.Second), 0, 0.05));
        }
    }

    [Fact]
    public void MasksOrSeedsOfAnotherNet_AreSeen()
    {
        Tool.Json("strong", "compile", _folder["mlp.safetensors"], "--samples", "24", "--law", "independent", "--allow-unreached", "--out", _folder["a.ticket"]);
        var ticket = TicketFile.Read(_folder["a.ticket"]);
        TicketFile.Write(_folder["seed.ticket"], new Ticket(ticket.Architecture, ticket.Initialisation, ticket.Seed + 1, ticket.Masks, metadata: ticket.Metadata));
        var (code, output, error) = Tool.Run(["strong", "verify", _folder["seed.ticket"], "--quiet", "--json"]);
        Assert.Equal(3, code);
        Assert.False(JsonNode.Parse(output)!["rebuilt"]!.GetValue<bool>());
        Assert.Contains($"prunus: {_folder["seed.ticket"]}: its net is not the one that was compiled", error, StringComparison.Ordinal);

        TicketFile.Write(_folder["net.ticket"], new Ticket(ticket.Architecture.Replace("mlp:6", "mlp:7", StringComparison.Ordinal), "independent", ticket.Seed, ticket.Masks, metadata: ticket.Metadata));
        Tool.Refused($"{_folder["net.ticket"]}: has a mask 'fc1.first.weight' of [144,784] where mlp:7 with 24 samples has [168,784]; ", "strong", "verify", _folder["net.ticket"]);
        TicketFile.Write(_folder["law.ticket"], new Ticket(ticket.Architecture, "zzz", ticket.Seed, ticket.Masks, metadata: ticket.Metadata));
        Tool.Refused($"{_folder["law.ticket"]}: has the law 'zzz', which is not known; compile it again\n", "strong", "verify", _folder["law.ticket"]);
        TicketFile.Write(_folder["plain.ticket"], new Ticket("mlp:6:1x28x28:10", "kaiming-normal", 1, ticket.Masks));
        Tool.Refused($"{_folder["plain.ticket"]}: is of 'mlp:6:1x28x28:10', no strong ticket; ", "strong", "verify", _folder["plain.ticket"]);
    }

    [Fact]
    public void ImagesOutsideTheDomain_AreSaid()
    {
        Tool.Json("strong", "compile", _folder["mlp.safetensors"], "--samples", "30", "--law", "independent", "--out", _folder["a.ticket"]);
        var values = new float[3 * 784];
        new Prunus.Randomness.Philox4x32(3).FillUniform(0, values);
        (values[784], values[800]) = (-0.42f, 2.5f);
        Write("images.safetensors", ("images", [3L, 1, 28, 28], values));
        string[] verify = ["strong", "verify", _folder["a.ticket"], "--json", "--inputs", _folder["images.safetensors"]];
        var (code, output, error) = Tool.Run(verify);
        Assert.Equal(0, code);
        Assert.Contains("prunus: note: images.safetensors: 1 of 3 images leave [0,1] (image 1 spans -0.42 to 2.5), where nothing is certified; ", error, StringComparison.Ordinal);
        var rows = JsonNode.Parse(output)!["observed"]!.AsArray();
        Assert.All(rows.Where(r => r!["images"]!.GetValue<string>() == "images.safetensors"), r => Assert.Equal((2, true), (r!["count"]!.GetValue<int>(), r["certified"] is not null)));
        Assert.Equal(4, rows.Count(r => r!["images"]!.GetValue<string>() == "images.safetensors, outside [0,1]" && r["certified"] is null && r["count"]!.GetValue<int>() == 1));

        values[5] = float.NaN;
        Write("images.safetensors", ("images", [3L, 1, 28, 28], values));
        Tool.Refused($"{_folder["images.safetensors"]}: tensor 'images' holds NaN or infinity; ", verify);
        Tool.Refused($"{_folder["mlp.safetensors"]}: has no images [N,1,28,28]; ", "strong", "verify", _folder["a.ticket"], "--inputs", _folder["mlp.safetensors"]);
    }

    public void Dispose() => _folder.Dispose();

    private void Weights(string name, ulong seed, float? first = null)
    {
        var draw = new Prunus.Randomness.Philox4x32(seed);
        Write(name, ("fc1.weight", [6, 784], Values(0, 6 * 784)), ("fc1.bias", [6], Values(10_000, 6)), ("fc2.weight", [10, 6], Values(20_000, 60)), ("fc2.bias", [10], Values(30_000, 10)));

        float[] Values(ulong start, int count)
        {
            var values = new float[count];
            draw.FillNormal(start, values, 0, 0.1);
            values[0] = start == 0 && first is { } given ? given : values[0];
            return values;
        }
    }

    private void Write(string name, params (string Name, long[] Shape, float[] Values)[] tensors) => SafetensorsWriter.Write(_folder[name], [.. tensors.Select(t => new TensorSource(
        t.Name, ElementType.F32, t.Shape, () => [System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(t.Values).ToArray()]))]);
}
