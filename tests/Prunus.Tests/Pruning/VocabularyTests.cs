using Prunus.Checkpoints;
using Prunus.Decoders;
using Prunus.Pruning;
using Prunus.Tokenizers;
using TorchSharp;

namespace Prunus.Tests.Pruning;

/// <summary>A smaller vocabulary: texts of kept tokens keep their tokens, every text survives, kept rows keep their logits.</summary>
public class VocabularyTests
{
    private const string Text = "Once upon a time there was a little girl. She liked to play with her dog in the park.\n";

    // SmolLM2's, a small one, and forms of tokenizer.json: byte-level and byte fallback, templates, whole pieces.
    public static TheoryData<string> Files() =>
        SharedFiles.Root is not { } root ? [] :
        [
            Path.Combine(root, "models", "smollm2", "tokenizer.json"),
            Path.Combine(root, "goldens", "gguf", "tied", "tokenizer.json"),
            .. new[] { "llama2", "llama3", "qwen2" }.Select(form => Path.Combine(root, "goldens", "tokenizers", "forms", form + "_form.tokenizer.json")),
        ];

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Files))]
    public void Encoding_is_the_donors_renumbered(string file)
    {
        var files = new Dictionary<string, byte[]> { ["tokenizer.json"] = File.ReadAllBytes(file) };
        var donor = Tokenizer.FromFiles(files, file);
        var cut = new VocabularyCut(files, file);
        var kept = cut.Choose(Text, []);
        var small = Tokenizer.FromFiles(cut.Files(kept), file);
        Assert.True(kept.Count < donor.VocabularySize);
        foreach (var text in new[] { Text, "a dog was there", "She liked a little time" })
        {
            var ids = donor.Encode(text, parseSpecial: true, addSpecial: true);
            if (ids.All(kept.Contains))
            {
                Assert.Equal(ids, small.Encode(text, parseSpecial: true, addSpecial: true).Select(i => kept[i]));
            }
        }

        foreach (var text in new[] { "Quantum chromodynamics, 12345 ≠ ½!", "日本語のテキスト 🙂\t\n  x", Text })
        {
            Assert.Equal(donor.Decode(donor.Encode(text, false, false)), small.Decode(small.Encode(text, false, false)));
        }

        Assert.Equal(donor.SpecialTokens.Select(t => t.Content), small.SpecialTokens.OrderBy(t => kept[t.Id]).Select(t => t.Content));
        var special = donor.SpecialTokens.Count > 0 ? donor.SpecialTokens[0].Id : kept[0];
        Assert.Contains("must stay", Assert.Throws<PrunusInputException>(() => cut.Files([.. kept.Where(k => k != special)])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Logits_of_kept_rows_are_the_donors()
    {
        var config = new DecoderConfig
        {
            Family = "llama", VocabSize = 50, Hidden = 16, HeadDim = 4, MaxPositions = 64, AttentionScale = 0.5, Rope = new RopeConfig(10_000, 4),
            Layers = [new LayerConfig(4, 2, 24)],
        };
        foreach (var tied in new[] { false, true })
        {
            using var donor = RandomDecoder.Make(config with { TiedEmbeddings = tied }, 2);
            int[] kept = [3, 7, 8, 20, 41];
            using var small = Surgery.Prune(donor, new PruningPlan { Vocab = kept });
            using var scope = torch.NewDisposeScope();
            var expected = donor.Head(donor.Body(torch.tensor(new long[] { 8, 41, 3 }, [1, 3]))).index_select(-1, torch.tensor(kept.Select(k => (long)k).ToArray()));
            Assert.Equal(5, small.Config.VocabSize);
            Assert.InRange((small.Head(small.Body(torch.tensor(new long[] { 2, 4, 0 }, [1, 3]))) - expected).abs().max().item<float>(), 0, 1e-6f);
        }
    }
}
