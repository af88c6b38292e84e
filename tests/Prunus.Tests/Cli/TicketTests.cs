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
    public void OutputsThatCannotBe_AreRefusedBeforehand()
    {
        using var folder = new TemporaryFolder();
        TicketFile.Write(folder["a.ticket"], LeNet);
        var before = File.ReadAllBytes(folder["a.ticket"]);
        Refused($"--out: {folder["a.ticket"]} is read by this command and would be lost; ", "ticket", "export", folder["a.ticket"], "--out", folder["a.ticket"]);
        Refused($"--out: the folder of {folder["no/b.safetensors"]} is not there; ", "ticket", "export", folder["a.ticket"], "--out", folder["no/b.safetensors"]);
        Refused($"--out: {folder.Path} is a folder; ", "ticket", "export", folder["a.ticket"], "--out", folder.Path);
        Refused($"--out: {folder["w"]} is read by this command and would be lost; ", "ticket", "apply", folder["a.ticket"], "--weights", folder["w"], "--out", folder["w"]);
        Refused($"{folder.Path}: is a folder; ", "ticket", "info", folder.Path);
        Refused($"{folder.Path}: is a folder; ", "ticket", "apply", folder["a.ticket"], "--weights", folder.Path, "--out", folder["b"]);
        Refused("--net: is said by the ticket, which is of lenet-300-100:1x28x28:10; ", "ticket", "evaluate", folder["a.ticket"], "--net", "lenet-5", "--data", "fashion-tiny");
        Refused("--no-shifts: is about sines, and the family is polynomial; ", "universal", "compile", "--no-shifts", "--out", folder["u"]);
        Refused($"--out: the folder of {folder["no/u"]} is not there; ", "universal", "compile", "--out", folder["no/u"]);
        Refused("ticket: needs a verb: find, branch, ", "ticket");
        Assert.Equal(before, File.ReadAllBytes(folder["a.ticket"]));
        Assert.Equal(["a.ticket"], Directory.GetFileSystemEntries(folder.Path).Select(Path.GetFileName));

        static void Refused(string start, params string[] arguments)
        {
            var (code, output, error) = Tool.Run(arguments);
            Assert.Equal((2, ""), (code, output));
            Assert.StartsWith("prunus: " + start, error, StringComparison.Ordinal);
            Assert.Equal(1, error.Count(c => c == '\n'));
        }
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
        TicketFile.Write(folder["e.ticket"], new Ticket(LeNet.Architecture, "zzz", 7, LeNet.Masks));
        Tool.Refused($"{folder["e.ticket"]}: has weights that cannot be drawn: initialisation 'zzz' is not known; get a sound copy of the ticket\n", "ticket", "evaluate", folder["e.ticket"], "--data", "fashion-tiny", "--device", "cpu");
        Tool.Refused("ticket evaluate: has neither", "ticket", "evaluate", "--data", "fashion-tiny");
        Tool.Refused($"{folder["a.ticket"]}: is of a net for 10 classes of 1x28x28, and blobs has 4 of 1x16x16; ", "ticket", "evaluate", folder["a.ticket"], "--data", "blobs");
        Tool.Refused("--data: 'fashion-tiny/a' is a half of the training images; ", "ticket", "evaluate", folder["a.ticket"], "--data", "fashion-tiny/a");
    }

    // As experiments name them.
    [Fact]
    public void ImagesOfAnotherSize_AreEvaluatedOn()
    {
        using var folder = new TemporaryFolder();
        TicketFile.Write(folder["small.ticket"], new Ticket("mlp:4:1x14x14:10", "glorot-normal", 1, new([("fc1.weight", DrawnMasks.Draw(1, 0.5, 4, 196)), ("fc2.weight", DrawnMasks.Draw(2, 0.5, 10, 4))])));
        Assert.Equal(1000, Evaluate(folder["small.ticket"], "--data", "fashion-tiny@1x14x14")["images"]!.GetValue<int>());
        Tool.Refused($"{folder["small.ticket"]}: is of a net for 10 classes of 1x14x14, and fashion-tiny@1x7x7 has 10 of 1x7x7; ", "ticket", "evaluate", folder["small.ticket"], "--data", "fashion-tiny@1x7x7");
    }

    [Fact]
    public void WeightsThatCannotBe_AreRefusedByApplyAsByTheOthers()
    {
        using var folder = new TemporaryFolder();
        var (ticket, weights, output) = (folder["a.ticket"], folder["a.safetensors"], folder["b.safetensors"]);
        TicketFile.Write(ticket, new Ticket("mlp:3:1x28x28:10", "glorot-normal", 1, new([("fc1.weight", DrawnMasks.Draw(1, 0.5, 3, 784)), ("fc2.weight", DrawnMasks.Draw(2, 0.5, 10, 3))])));
        TensorSource[] sound = [Of("fc1.weight", 0, 3, 784), Of("fc1.bias", 0, 3), Of("fc2.weight", 0, 10, 3), Of("fc2.bias", 0, 10)];
        Refuses("has no tensor 'fc2.bias', which mlp:3 needs; check which net the file is of\n", sound[..3]);
        Refuses("tensor 'fc2.bias' is [9], mlp:3 has [10]; check which net the file is of\n", [.. sound[..3], Of("fc2.bias", 0, 9)]);
        foreach (var value in new[] { float.NaN, float.NegativeInfinity })
        {
            Refuses("tensor 'fc1.weight' holds NaN or infinity; get a sound copy of the weights\n", [Of("fc1.weight", value, 3, 784), .. sound[1..]]);
            Refuses("tensor 'fc2.bias' holds NaN or infinity; get a sound copy of the weights\n", [.. sound[..3], Of("fc2.bias", value, 10)]);
        }

        Refuses("tensor 'fc2.weight' is of I64, and weights are no integers; store it as F32\n", [.. sound[..2], new("fc2.weight", ElementType.I64, [10, 3], () => [new byte[240]]), sound[3]]);
        SafetensorsWriter.Write(weights, [.. sound, new("bn1.num_batches_tracked", ElementType.I64, [], () => [new byte[8]])]);
        Assert.Equal(0, Tool.Run("ticket", "apply", ticket, "--weights", weights, "--out", output).Code);

        void Refuses(string line, TensorSource[] tensors)
        {
            SafetensorsWriter.Write(weights, tensors);
            Tool.Refused($"{weights}: {line}", "ticket", "apply", ticket, "--weights", weights, "--out", output);
            Assert.False(File.Exists(output));
            Tool.Refused($"{weights}: {line}", "ticket", "evaluate", "--weights", weights, "--net", "mlp:3", "--data", "fashion-tiny", "--device", "cpu");
            Tool.Refused($"{weights}: {line}", "strong", "compile", weights, "--net", "mlp:3", "--out", output);
        }

        // The last value.
        static TensorSource Of(string name, float last, params long[] shape) =>
            TensorSource.Of(name, ElementType.F32, shape, () => (float[])[.. new float[(int)shape.Aggregate(1L, (a, b) => a * b) - 1], last]);
    }

    private static JsonNode Evaluate(params string[] arguments)
    {
        var (code, output, error) = Tool.Run(["ticket", "evaluate", .. arguments, "--json", "--device", "cpu"]);
        Assert.Equal((0, ""), (code, error));
        return JsonNode.Parse(output)!;
    }
}
