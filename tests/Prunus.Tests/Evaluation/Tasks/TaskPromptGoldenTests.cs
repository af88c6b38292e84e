using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Prunus.Evaluation.Tasks;
using Prunus.Tokenizers;

namespace Prunus.Tests.Evaluation.Tasks;

/// <summary>Contexts, examples and token ids of every item of the harness's runs. No weights.</summary>
public sealed class TaskPromptGoldenTests(TaskPromptGoldenTests.Words words) : IClassFixture<TaskPromptGoldenTests.Words>
{
    /// <summary>The model's tokenizer, loaded once.</summary>
    public sealed class Words
    {
        private readonly Lazy<Tokenizer> _tokenizer = new(() => Tokenizer.Load(SharedFiles.Path("models", "smollm2", "tokenizer.json")));

        public Tokenizer Tokenizer => _tokenizer.Value;
    }

    [Theory]
    [InlineData("arc_easy_0shot"), InlineData("arc_challenge_0shot"), InlineData("arc_challenge_25shot"), InlineData("piqa_0shot"), InlineData("hellaswag_0shot")]
    [InlineData("hellaswag_10shot"), InlineData("winogrande_0shot"), InlineData("winogrande_5shot"), InlineData("lambada_openai_0shot")]
    public void EveryItem_HasTheHarnesssContextAndTokens(string key)
    {
        var lines = TaskGoldens.Lines(key);
        var questions = TaskQuestion.All(TaskGoldens.Set(key, lines), words.Tokenizer, new TaskOptions { Shots = TaskGoldens.Shots(key) });
        Assert.Equal(lines.Count, questions.Count);
        foreach (var (line, question) in lines.Zip(questions))
        {
            var at = $"{key}, item {question.Index}";
            Assert.True(Shas(line["ctx_sha"]!, question.Options.Count).SequenceEqual(question.Options.Select(o => Sha(Encoding.UTF8.GetBytes(o.Context)))), $"{at}: context");
            if (line["fewshot"] is JsonArray examples)
            {
                Assert.Equal(examples.Select(e => e!.GetValue<int>()), question.Examples);
            }

            Assert.Equal(line["options"]!.AsArray().Count, question.Options.Count);
            foreach (var (expected, asked, text) in line["options"]!.AsArray().Zip(question.Options, question.Item.Document.Options))
            {
                int[] ids = [.. asked.ContextIds, .. asked.ContinuationIds];
                Assert.True(expected!["ids_sha"]!.GetValue<string>() == Sha(MemoryMarshal.AsBytes<int>(ids)), $"{at}: tokens of '{asked.Continuation}'");
                Assert.Equal((expected["tokens"]!.GetValue<int>(), expected["ctx_tokens"]!.GetValue<int>()), (asked.ContinuationIds.Length, asked.ContextIds.Length));
                if (!key.StartsWith("winogrande", StringComparison.Ordinal))
                {
                    Assert.Equal(expected["chars"]!.GetValue<int>(), new ScoredOption(text, asked, default).Characters);
                }
            }

            if (line["target"] is JsonValue target && target.TryGetValue<int>(out var right))
            {
                Assert.Equal(right, question.Item.Document.Target);
            }
        }
    }

    private static IEnumerable<string> Shas(JsonNode node, int options) =>
        node is JsonArray each ? each.Select(e => e!.GetValue<string>()) : Enumerable.Repeat(node.GetValue<string>(), options);

    private static string Sha(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes))[..16];
}
