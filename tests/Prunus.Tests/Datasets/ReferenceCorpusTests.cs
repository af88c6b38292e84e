using System.Text;
using System.Text.Json;
using Prunus.Datasets;
using Prunus.Tokenizers;

namespace Prunus.Tests.Datasets;

/// <summary>Whole files against the numbers of tokens, bytes and blocks that the reference runs recorded.</summary>
public class ReferenceCorpusTests
{
    [Fact]
    public void TokensBytesAndBlocks_AreThoseOfTheReference()
    {
        using var reference = JsonDocument.Parse(File.ReadAllBytes(SharedFiles.Path("goldens", "smollm2", "healing.json")));
        var data = reference.RootElement.GetProperty("data");
        var tokenizer = Tokenizer.Load(SharedFiles.Path("models", "smollm2"));
        var (training, evaluation) = HeldOut.SplitBytes(Text("c4_sample_train"), 300_000);
        var c4 = TokenSource.FromText("c4", training, tokenizer);
        var wikiTest = TokenSource.FromText("wikitext2_test", Text("wikitext2_test_tokens"), tokenizer);
        Assert.Equal(data.GetProperty("c4_eval_bytes").GetInt32(), Encoding.UTF8.GetByteCount(evaluation));
        Assert.Equal(data.GetProperty("c4_eval_tokens").GetInt32(), tokenizer.Encode(evaluation, true, false).Length);
        Assert.Equal(data.GetProperty("c4_train_tokens").GetInt32(), c4.Ids.Length);
        Assert.Equal(First(data, "calibration_first_ids"), c4.Ids[..16]);
        Assert.Equal(data.GetProperty("wikitext2_test_tokens").GetInt32(), wikiTest.Ids.Length);
        Assert.Equal(First(data, "wikitext2_first_ids"), wikiTest.Ids[..16]);

        var tinyStories = TokenSource.FromText("tinystories", Text("tinystories_train_part"), tokenizer);
        var wikiText = TokenSource.FromText("wikitext2", Text("wikitext2_train_part"), tokenizer);
        var gutenberg = TokenSource.FromText("gutenberg", Text("gutenberg_children_train"), tokenizer);
        var blocks = new PackedBlocks([new(tinyStories, 2), new(wikiText, 3), new(c4, 4), new(gutenberg, 7)], 512, seed: 0);
        var counts = data.GetProperty("healing_blocks");
        Assert.All(blocks.Epochs(400), source => Assert.Equal(counts.GetProperty(source.Name).GetInt64(), source.Blocks));
        Assert.Equal(16, blocks.BatchSize);
    }

    private static int[] First(JsonElement data, string name) => [.. data.GetProperty(name).EnumerateArray().Select(id => id.GetInt32())];

    private static string Text(string name) => TextFile.ReadAll(SharedFiles.Path("data", "text", name + ".txt.br"));
}
