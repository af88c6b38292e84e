using System.Text.Json.Nodes;
using Prunus.Checkpoints;
using Prunus.Lottery.Tickets;
using Prunus.Tests.Lottery.Tickets;
using Prunus.Tests.Runs;

namespace Prunus.Tests.Cli;

public sealed class TicketTests
{
    private static readonly Ticket LeNet = new("lenet-300-100:1x28x28:10", "glorot-normal", 7, DrawnMasks.LeNet(3), metadata: new JsonObject { ["data"] = "mnist" });

    [Fact]
    public void Info_CountsLayersBytesAndUnits()
    {
        using var folder = new TemporaryFolder();
        TicketFile.Write(folder["a.ticket"], LeNet);
        var (code, output, error) = Tool.Run("ticket", "info", folder["a.ticket"], "--json");
        Assert.Equal((0, ""), (code, error));
        var json = JsonNode.Parse(output)!;
        Assert.Equal(266200, json["prunable"]!.GetValue<int>());
        Assert.Equal(new FileInfo(folder["a.ticket"]).Length, json["bytes"]!.GetValue<long>());
        Assert.Equal(LeNet.Masks["fc2.weight"].Kept, json["masks"]![1]!["kept"]!.GetValue<int>());
        Assert.Equal(["fc1", "fc2"], json["units"]!.AsArray().Select(u => u!["axis"]!.GetValue<string>()));
        (code, output, _) = Tool.Run("ticket", "info", folder["a.ticket"]);
        Assert.Equal(0, code);
        Assert.Contains("| fc1.weight | 300×784 |", output, StringComparison.Ordinal);
        Assert.Contains("glorot-normal, seed 7", output, StringComparison.Ordinal);
    }

    [Fact]
    public void ExportApplyEvaluate_GoTogether()
    {
        using var folder = new TemporaryFolder();
        TicketFile.Write(folder["a.ticket"], LeNet);
        Assert.Equal(0, Tool.Run("ticket", "export", folder["a.ticket"], "--out", folder["a.safetensors"]).Code);
        using (var file = SafetensorsFile.Open(folder["a.safetensors"]))
        {
            Assert.Equal(LeNet.Masks["fc1.weight"].Kept, file.ReadInt64("fc1.weight.mask").Sum());
            Assert.Equal(LeNet.Masks["fc1.weight"].Kept, file.ReadAll("fc1.weight").Count(v => v != 0));
        }

        Assert.Equal(0, Tool.Run("ticket", "apply", folder["a.ticket"], "--weights", folder["a.safetensors"], "--out", folder["b.safetensors"]).Code);
        Assert.Equal(File.ReadAllBytes(folder["a.safetensors"]), File.ReadAllBytes(folder["b.safetensors"]));
        var start = Evaluate(folder["a.ticket"], "--data", "fashion-tiny");
        var weights = Evaluate("--weights", folder["b.safetensors"], "--net", "lenet-300-100", "--data", "fashion-tiny");
        var sparse = Evaluate(folder["a.ticket"], "--data", "fashion-tiny", "--sparse");
        Assert.Equal(("prunus", start["correct"]!.GetValue<int>()), (sparse["kernels"]!.GetValue<string>(), sparse["correct"]!.GetValue<int>()));
        Assert.Equal((1000, start["correct"]!.GetValue<int>()), (start["images"]!.GetValue<int>(), weights["correct"]!.GetValue<int>()));
    }

    [Fact]
    public void PublishedLeNet5_Reaches98Point45()
    {
        var json = Evaluate("--weights", SharedFiles.Path("data", "weights", "lenet5_mnist.safetensors"), "--net", "lenet-5", "--data", "mnist", "--data-dir", SharedFiles.Path("data"), "--pixels", "unit", "--images", "2000");
        Assert.Equal(1969, json["correct"]!.GetValue<int>());
    }

    [Fact]
    public void OtherNetsAndBadFiles_AreOneLine()
    {
        using var folder = new TemporaryFolder();
        TicketFile.Write(folder["a.ticket"], LeNet);
        TicketFile.Write(folder["b.ticket"], new Ticket("mlp:20:1x28x28:10", "glorot-normal", 1, new([("fc1.weight", DrawnMasks.Draw(1, 0.5, 20, 784)), ("fc2.weight", DrawnMasks.Draw(2, 0.5, 10, 20))])));
        Assert.Equal(0, Tool.Run("ticket", "export", folder["b.ticket"], "--out", folder["b.safetensors"]).Code);
        Tool.Refused($"{folder["b.safetensors"]}: 'fc1.weight' is [20,784] of F32, the mask [300,784]: it is of another net than the ticket {folder["a.ticket"]} of lenet-300-100:1x28x28:10; ",
            "ticket", "apply", folder["a.ticket"], "--weights", folder["b.safetensors"], "--out", folder["c.safetensors"]);
        Assert.False(File.Exists(folder["c.safetensors"]));
        File.WriteAllText(folder["d.ticket"], "PRUNUSTK");
        Tool.Refused($"{folder["d.ticket"]}: ends after 8 bytes; ", "ticket", "info", folder["d.ticket"]);
        Tool.Refused("no.ticket: does not exist; ", "ticket", "export", "no.ticket", "--out", folder["c"]);
        Tool.Refused("--sparse: is for the CPU; ", "ticket", "evaluate", folder["a.ticket"], "--data", "fashion-tiny", "--sparse", "--device", "cuda");
        Tool.Refused("ticket evaluate: has neither", "ticket", "evaluate", "--data", "fashion-tiny");
        Tool.Refused($"{folder["a.ticket"]}: is of a net for 10 classes of 1x28x28, and blobs has 4 of 1x16x16; ", "ticket", "evaluate", folder["a.ticket"], "--data", "blobs");
    }

    private static JsonNode Evaluate(params string[] arguments)
    {
        var (code, output, error) = Tool.Run(["ticket", "evaluate", .. arguments, "--json", "--device", "cpu"]);
        Assert.Equal((0, ""), (code, error));
        return JsonNode.Parse(output)!;
    }
}
