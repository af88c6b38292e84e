using System.Text.Json.Nodes;
using Prunus.Checkpoints;
using Prunus.Tests.Runs;
using Prunus.Tests.Shrinking;

namespace Prunus.Tests.Cli;

public sealed class StrongTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public StrongTests() => Weights("mlp.safetensors", 1);

    [Theory, InlineData("theorem", "best", "56"), InlineData("independent", "any", "24"), InlineData("independent", "smallest", "24")]
    public async Task Compiled_IsVerified_InAnotherProcess(string law, string choice, string samples)
    {
        var compiled = Json("strong", "compile", _folder["mlp.safetensors"], "--law", law, "--choice", choice, "--samples", samples, "--epsilon", "0.05", "--out", _folder["a.ticket"]);
        Assert.Equal(0, compiled["unreached"]!.GetValue<int>());
        Assert.InRange(compiled["largest_error"]!.GetValue<double>(), 0, 0.05);
        var (code, output, error) = await PrunusProcess.Run(["strong", "verify", _folder["a.ticket"], "--data", "fashion-tiny", "--json"]);
        Assert.True(code == 0, error);
        var verified = JsonNode.Parse(output)!;
        Assert.True(verified["rebuilt"]!.GetValue<bool>() && verified["holds"]!.GetValue<bool>());
        Assert.Equal(compiled["kept"]!.GetValue<long>(), verified["kept"]!.GetValue<long>());
        Assert.All(verified["observed"]!.AsArray(), o => Assert.InRange(o!["observed"]!.GetValue<double>(), 0, o["certified"]!.GetValue<double>()));
        Assert.Equal(12, verified["observed"]!.AsArray().Count);
        Assert.InRange(verified["layers"]![0]!["weight_error"]!.GetValue<double>(), 0, 0.05 * 8);
    }

    [Fact]
    public void BadInput_IsOneLine()
    {
        string[] compile = ["strong", "compile", _folder["mlp.safetensors"], "--out", _folder["a.ticket"]];
        var (code, _, error) = Tool.Run([.. compile, "--samples", "4", "--quiet"]);
        Assert.Equal(3, code);
        Assert.Contains("weights stay farther than 0.01 from their targets", error, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder["a.ticket"]));
        Assert.Equal(0, Tool.Run([.. compile, "--samples", "4", "--allow-unreached"]).Code);

        Weights("other.safetensors", 2);
        Refused($"{_folder["other.safetensors"]}: holds other weights than those", "strong", "verify", _folder["a.ticket"], "--weights", _folder["other.safetensors"]);
        Refused("resnet-20: layer 'bn1' is a BatchNorm", "strong", "compile", _folder["mlp.safetensors"], "--net", "resnet-20", "--out", _folder["b.ticket"]);
        Refused($"{_folder["mlp.safetensors"]}: has no tensor 'conv1.weight'", "strong", "compile", _folder["mlp.safetensors"], "--net", "lenet-5", "--out", _folder["b.ticket"]);
        Write("strange.safetensors", ("a", [2L], [1f, 2f]));
        Refused($"{_folder["strange.safetensors"]}: is of no net that is known by its tensors; ", "strong", "compile", _folder["strange.safetensors"], "--out", _folder["b.ticket"]);
        Weights("nan.safetensors", 1, float.NaN);
        Refused($"{_folder["nan.safetensors"]}: tensor 'fc1.weight' holds NaN or infinity; ", "strong", "compile", _folder["nan.safetensors"], "--out", _folder["b.ticket"]);
        Refused("no.ticket: does not exist; ", "strong", "verify", "no.ticket");
        Assert.False(File.Exists(_folder["b.ticket"]));
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

    private static JsonNode Json(params string[] arguments)
    {
        var (code, output, error) = Tool.Run([.. arguments, "--json", "--quiet"]);
        Assert.Equal((0, ""), (code, error));
        return JsonNode.Parse(output)!;
    }

    private static void Refused(string start, params string[] arguments)
    {
        var (code, output, error) = Tool.Run(arguments);
        Assert.Equal((2, ""), (code, output));
        Assert.StartsWith("prunus: " + start, error, StringComparison.Ordinal);
        Assert.Equal(1, error.Count(c => c == '\n'));
    }
}
