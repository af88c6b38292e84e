using Prunus.Checkpoints;
using Prunus.Tokenizers;

namespace Prunus.Tests.Tokenizers;

public class ByteLevelGoldenTests
{
    [Fact]
    public void SmolLM2_Encodes() =>
        GoldenLines.CheckEncodings(SmolLM2(), SharedFiles.Path("goldens", "tokenizers", "smollm2.jsonl"));

    [Fact]
    public void SmolLM2_Decodes() =>
        GoldenLines.CheckDecodings(SmolLM2(), SharedFiles.Path("goldens", "tokenizers", "smollm2_decode.jsonl"));

    [Fact]
    public void SmolLM2_KnowsItsSpecialTokens()
    {
        var tokenizer = SmolLM2();
        Assert.Equal((49152, 1, 2), (tokenizer.VocabularySize, tokenizer.BosId, tokenizer.EosId));
        Assert.Equal([2], tokenizer.EosIds);
        Assert.Equal(17, tokenizer.SpecialTokens.Count);
        Assert.Equal(0, tokenizer.TokenId("<|endoftext|>"));
        Assert.Equal("<|im_end|>", tokenizer.TokenText(2));
    }

    [Fact]
    public void SmolLM2_FromGguf_Encodes()
    {
        using var checkpoint = Checkpoint.Open(SharedFiles.Path("models", "smollm2", "SmolLM2-135M-Instruct.Q4_1.gguf"));
        var tokenizer = Tokenizer.FromFiles(checkpoint.CarriedFiles, checkpoint.Location);
        Assert.Equal((49152, 1, 2), (tokenizer.VocabularySize, tokenizer.BosId, tokenizer.EosId));
        GoldenLines.CheckEncodings(tokenizer, SharedFiles.Path("goldens", "tokenizers", "smollm2.jsonl"));
    }

    [Fact]
    public void Gpt2_Encodes() =>
        GoldenLines.CheckEncodings(Tokenizer.Load(SharedFiles.Path("data", "tokenizers")), SharedFiles.Path("goldens", "tokenizers", "gpt2.jsonl"));

    [Fact]
    public void Gpt2_Decodes() =>
        GoldenLines.CheckDecodings(Tokenizer.Load(SharedFiles.Path("data", "tokenizers")), SharedFiles.Path("goldens", "tokenizers", "gpt2_decode.jsonl"));

    [Theory]
    [InlineData("llama3_form")]
    [InlineData("qwen2_form")]
    [InlineData("llama2_form")]
    public void Forms_EncodeAndDecode(string form) =>
        GoldenLines.CheckEncodings(
            Tokenizer.Load(SharedFiles.Path("goldens", "tokenizers", "forms", form + ".tokenizer.json")),
            SharedFiles.Path("goldens", "tokenizers", "forms", form + ".jsonl"));

    [Theory]
    [InlineData("unigram_form", "Unigram")]
    [InlineData("wordpiece_form", "WordPiece")]
    public void Forms_OfOtherModels_AreRefusedByName(string form, string named)
    {
        var refused = Assert.Throws<PrunusInputException>(
            () => Tokenizer.Load(SharedFiles.Path("goldens", "tokenizers", "forms", form + ".tokenizer.json")));
        Assert.Contains(named, refused.Message, StringComparison.Ordinal);
    }

    private static Tokenizer SmolLM2() => Tokenizer.Load(SharedFiles.Path("models", "smollm2"));
}
