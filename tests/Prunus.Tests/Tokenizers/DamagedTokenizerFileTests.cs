using Prunus.Randomness;
using Prunus.Tokenizers;

namespace Prunus.Tests.Tokenizers;

/// <summary>Files with random damage either load and encode, or are refused with the one exception for bad input.</summary>
public class DamagedTokenizerFileTests
{
    [Theory]
    [InlineData("llama3_form", 150)]
    [InlineData("llama2_form", 150)]
    public void TokenizerJson(string form, int rounds) =>
        Damage("tokenizer.json", File.ReadAllBytes(SharedFiles.Path("goldens", "tokenizers", "forms", form + ".tokenizer.json")), rounds);

    [Fact]
    public void SentencePieceModel() =>
        Damage("tokenizer.model", File.ReadAllBytes(SharedFiles.Path("data", "tokenizers", "llama2_tokenizer.model")), 20);

    private static void Damage(string name, byte[] good, int rounds)
    {
        for (var round = 0; round < rounds; round++)
        {
            var random = new Philox4x32(17, (ulong)round);
            var bytes = good.ToArray();
            var places = 1 + random.Below(0, 3);
            for (var i = 1; i <= places; i++)
            {
                // Half the damage falls on the first kilobyte, where the structure is.
                var at = random.Below((ulong)i, i % 2 == 0 ? bytes.Length : Math.Min(1024, bytes.Length));
                bytes[at] = (byte)random.Below((ulong)(100 + i), 256);
            }

            try
            {
                var tokenizer = Tokenizer.FromFiles(new Dictionary<string, byte[]> { [name] = bytes }, "damaged");
                tokenizer.Decode(tokenizer.Encode("Hello  world 123 \u00e9\U0001F600<s>", true, true));
            }
            catch (PrunusInputException refused)
            {
                Assert.DoesNotContain('\n', refused.Message);
            }
        }
    }
}
