using Prunus.Tests.Lottery.Strong;
using Prunus.Tests.Runs;

namespace Prunus.Tests.Cli;

public sealed class StrongInfoTests
{
    [Theory, InlineData("theorem", 48), InlineData("independent", 24)]
    public void Info_CountsWhatCompileDoes(string law, int samples)
    {
        using var folder = new TemporaryFolder();
        StrongFiles.Mlp(folder["a.safetensors"], 2);
        var compiled = Tool.Json("strong", "compile", folder["a.safetensors"], "--law", law, "--samples", $"{samples}", "--epsilon", "0.2", "--out", folder["a.ticket"]);
        var info = Tool.Json("ticket", "info", folder["a.ticket"]);
        var (kept, all) = (compiled["kept"]!.GetValue<long>(), compiled["random_parameters"]!.GetValue<long>());
        Assert.Equal((kept, all), (info["random_kept"]!.GetValue<long>(), info["random_parameters"]!.GetValue<long>()));
        Assert.Equal(law == "independent", info["kept"]!.GetValue<long>() == kept);
        var text = Tool.Run("ticket", "info", folder["a.ticket"]).Out;
        Assert.Contains(FormattableString.Invariant($"{100.0 * kept / all:0.00} % ({kept:N0} of {all:N0}), second layers among them"), text, StringComparison.Ordinal);
        Assert.Contains("| Pm of the stored masks ", text, StringComparison.Ordinal);
    }
}
