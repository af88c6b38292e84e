using Prunus.Tests.Lottery.Strong;
using Prunus.Tests.Runs;
using Prunus.Vision;

namespace Prunus.Tests.Cli;

public sealed class StrongNetChoiceTests : IDisposable
{
    private const string Net = "mlp:4:1x16x16:4";
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void NetOfAnotherSize_IsReadFromItsMetadata_OrGiven()
    {
        StrongFiles.Mlp(_folder["said.safetensors"], 4, 256, 4, new() { ["architecture"] = Net });
        Compile("said.safetensors");
        StrongFiles.Mlp(_folder["a.safetensors"], 4, 256, 4);
        Tool.Refused($"{_folder["a.safetensors"]}: is of no net that is known by its tensors; name it with --net (prunus list nets), and the size of its images and classes where they are not the usual ones: mlp:64-32:1x16x16:4\n",
            "strong", "compile", _folder["a.safetensors"], "--out", _folder["a.ticket"]);
        Compile("a.safetensors", "--net", Net);

        // What is rebuilt says it as well.
        Tool.Json("strong", "verify", _folder["a.ticket"], "--export", _folder["b.safetensors"]);
        Compile("b.safetensors");
    }

    [Theory, InlineData("resnet-9:1x16x16:4"), InlineData("mlp:5:1x16x16:4"), InlineData("mlp:0:1x16x16:4"), InlineData("LlamaForCausalLM"), InlineData("conv-6:1x2x2:4")]
    public void MetadataThatDoesNotFit_IsPassedOver(string said)
    {
        StrongFiles.Mlp(_folder["a.safetensors"], 4, metadata: new() { ["architecture"] = said });
        Assert.Equal(("mlp:4", MapShape.Mnist, 10), (VisionNetFile.Find(_folder["a.safetensors"]).Id, VisionNetFile.Find(_folder["a.safetensors"]).Input, VisionNetFile.Find(_folder["a.safetensors"]).Classes));
    }

    public void Dispose() => _folder.Dispose();

    private void Compile(string file, params string[] more)
    {
        var json = Tool.Json(["strong", "compile", _folder[file], "--law", "independent", "--samples", "30", "--out", _folder["a.ticket"], .. more]);
        Assert.Equal(("mlp:4", 1024 + 4 + 16 + 4), (json["net"]!.GetValue<string>(), json["weights"]!.GetValue<int>()));
    }
}
