using Prunus.Runs;
using Prunus.Tests.Runs;
using Prunus.Tests.Shrinking;

namespace Prunus.Tests.Recipes;

/// <summary>A recipe of a test's own in a folder that goes with it, run at size tiny through the tool.</summary>
internal sealed class WrittenRecipe : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public WrittenRecipe(string text) => File.WriteAllText(_folder["mine.yaml"], text);

    public string this[params string[] path] => _folder[Path.Combine(path)];

    /// <summary>A recipe's text: a head of ten lines, the keys of size tiny behind it, and what follows.</summary>
    public static string Text(string methods, string rest) => $"""
        format: prunus-recipe/1
        id: mine
        title: Mine
        slide: none
        paper: none
        methods: docs/methods/{methods}.md
        what: A test.
        sizes:
          tiny:
            seeds: [1, 2]
        {rest}
        """;

    /// <summary>What the tool is told to run it, on a CPU with one thread.</summary>
    public string[] Command(string output, params string[] more) =>
        ["recipe", "run", _folder["mine.yaml"], "--size", "tiny", "--device", "cpu", "--threads", "1", "--out", _folder[output], .. more];

    /// <summary>Runs it to its end in a process of its own.</summary>
    public async Task<Prunus.Runs.Record> Run(string output, params string[] more)
    {
        var (code, _, error) = await PrunusProcess.Run(Command(output, more));
        Assert.True(code == 0, error);
        return RecordJson.ReadRecord(_folder[output]);
    }

    /// <summary>Runs it and kills it after a while, if it still runs then.</summary>
    public Task Kill(string output, TimeSpan after, params string[] more) => PrunusProcess.Kill(Command(output, more), after);

    public void Dispose() => _folder.Dispose();
}
