using Prunus.Native;

namespace Prunus.Tests.Shrinking;

/// <summary>Verbs without tensors run where libtorch is not: PRUNUS_LIBTORCH names a folder without it.</summary>
public sealed class WithoutLibtorchTests(SmallJob job) : IClassFixture<SmallJob>
{
    [Theory]
    [InlineData("--version"), InlineData("--help"), InlineData("list"), InlineData("info", "DONOR"), InlineData("plan", "DONOR", "--keep", "60%")]
    [InlineData("plan", "DONOR", "--keep", "60%", "--importance", "magnitude", "--out", "PLAN"), InlineData("tokenize", "DONOR", "--jsonl", "LINES")]
    public async Task VerbWithoutTensors_NeedsNoLibtorch(params string[] arguments)
    {
        File.WriteAllText(Named("LINES"), "{\"text\":\"One day\"}\n");
        var (code, output, error) = await Run([.. arguments.Select(Named)]);
        Assert.True(code == 0, $"{string.Join(' ', arguments)}: {error}");
        Assert.NotEqual("", output);
    }

    [Fact]
    public async Task VerbWithTensors_SaysThatLibtorchIsNotThere()
    {
        var (code, _, error) = await Run(["perplexity", job.Donor, "--text", job.Text]);
        Assert.Equal(2, code);
        Assert.StartsWith($"prunus: {LibtorchLocation.Variable}: ", error, StringComparison.Ordinal);
    }

    private Task<(int Code, string Out, string Error)> Run(IEnumerable<string> arguments) =>
        PrunusProcess.Run(arguments, (LibtorchLocation.Variable, Directory.CreateDirectory(job.New("no-libtorch")).FullName));

    private string Named(string argument) => argument switch { "DONOR" => job.Donor, "LINES" => job.New("lines.jsonl"), "PLAN" => job.New("plan.json"), _ => argument };
}
