using System.Text;
using System.Text.Json;
using Prunus.Tokenizers;

namespace Prunus.Tests.Tokenizers;

public class BpeTrainerTests
{
    private static readonly string[] Texts =
        ["low lower lowest newer newest wider 10 20<|endoftext|>", string.Concat(Enumerable.Repeat("aaaa abab the cat sat on the mat\n", 20)), "Ünï😀"];

    [Fact]
    public void Trained_RoundTripsAnyText()
    {
        var tokenizer = Load(Train(Texts, 290));
        Assert.Equal(290, tokenizer.VocabularySize);
        foreach (var text in Texts.Append("\0\u0080 any 𝒳 text\r\n  12345"))
        {
            var ids = tokenizer.Encode(text, parseSpecial: true, addSpecial: false);
            Assert.Equal(text, tokenizer.Decode(ids));
        }

        Assert.Equal(0, tokenizer.TokenId("<|endoftext|>"));
        Assert.Equal([0], tokenizer.Encode("<|endoftext|>", true, false));
        Assert.Equal(2, tokenizer.Encode("10", true, false).Length);
    }

    [Fact]
    public void Merges_AreThoseOfTheAlgorithmInItsPlainForm()
    {
        var words = Texts[1].Split('\n')[0].Split(' ');
        var corpus = words.Select((word, i) => (i == 0 ? word : " " + word).ToCharArray().Select(c => c == ' ' ? "Ġ" : c.ToString()).ToList()).ToList();
        var order = Enumerable.Range(0, 256).Select(b => ByteAlphabet.Character((byte)b).ToString()).Order(StringComparer.Ordinal).ToList();
        var expected = new List<string>();
        for (var step = 0; step < 12; step++)
        {
            var counts = new Dictionary<(string, string), int>();
            foreach (var word in corpus)
            {
                for (var i = 0; i + 1 < word.Count; i++)
                {
                    counts[(word[i], word[i + 1])] = counts.GetValueOrDefault((word[i], word[i + 1])) + 1;
                }
            }

            var (left, right) = counts.OrderByDescending(c => c.Value).ThenBy(c => order.IndexOf(c.Key.Item1)).ThenBy(c => order.IndexOf(c.Key.Item2)).First().Key;
            expected.Add(left + " " + right);
            if (!order.Contains(left + right))
            {
                order.Add(left + right);
            }

            foreach (var word in corpus)
            {
                for (var i = 0; i + 1 < word.Count; i++)
                {
                    if (word[i] == left && word[i + 1] == right)
                    {
                        word[i] += right;
                        word.RemoveAt(i + 1);
                    }
                }
            }
        }

        using var file = JsonDocument.Parse(Train([Texts[1]], 257 + 12));
        var merges = file.RootElement.GetProperty("model").GetProperty("merges").EnumerateArray().Select(m => m.GetString()!);
        Assert.Equal(expected, merges.Take(12));
    }

    [Fact]
    public void Training_IsDeterministic_AndEndsWhenPairsRunOut()
    {
        Assert.Equal(Train(Texts, 280), Train(Texts.Reverse(), 280));
        Assert.Equal(258, Load(Train(["ab"], 1000)).VocabularySize);
        Assert.Equal(257, Load(Train([], 1000)).VocabularySize);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(256)]
    [InlineData(int.MaxValue)]
    public void AbsurdSize_IsRefused(int size) => Assert.Throws<PrunusInputException>(() => Train(Texts, size));

    private static byte[] Train(IEnumerable<string> texts, int size) => BpeTrainer.Train(texts, size, null, TestContext.Current.CancellationToken);

    private static Tokenizer Load(byte[] json) =>
        Tokenizer.FromFiles(new Dictionary<string, byte[]> { ["tokenizer.json"] = json }, Encoding.UTF8.GetString(json, 0, 1));
}
