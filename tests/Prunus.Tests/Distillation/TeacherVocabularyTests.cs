using System.Text.Json.Nodes;
using Prunus.Decoders;
using Prunus.Distillation;
using Prunus.Tests.Shrinking;
using Prunus.Tokenizers;
using Prunus.Training;
using TorchSharp;

namespace Prunus.Tests.Distillation;

public sealed class TeacherVocabularyTests
{
    private const int Vocabulary = 2048, More = 5;

    [Fact]
    public void RowsThatTheStudentLacks_ChangeNothing_AndTheirMassIsTold()
    {
        using var scope = torch.NewDisposeScope();
        var config = DecoderConfig.FromHuggingFace(SmallJob.Config(), "test");
        using var narrow = Decoder.Initialise(config, 1, 0.1, torch.CPU, torch.ScalarType.Float32);
        using var student = Decoder.Initialise(config, 2, 0.1, torch.CPU, torch.ScalarType.Float32);
        student.Parameters.Values.ToList().ForEach(p => p.requires_grad_(true));
        var parameters = narrow.Parameters.ToDictionary(p => p.Key, p => p.Value.detach().clone().DetachFromDisposeScope());
        parameters["embed.weight"] = torch.cat([parameters["embed.weight"], torch.randn(More, config.Hidden)]).DetachFromDisposeScope();
        using var wide = new Decoder(config with { VocabSize = Vocabulary + More }, parameters);
        var ids = torch.arange(64, dtype: torch.ScalarType.Int64).view(2, 32);

        Assert.Equal(Losses(narrow), Losses(wide));
        using (torch.no_grad())
        {
            var probabilities = wide.Head(wide.Body(ids)).softmax(-1);
            Assert.Equal(probabilities.narrow(-1, Vocabulary, More).sum(-1).mean().ToDouble(), TeacherVocabulary.DiscardedMass(wide, ids, Vocabulary), 1e-6);
        }

        float[] Losses(Decoder teacher)
        {
            using var gradient = torch.zeros(Vocabulary, config.Hidden);
            using var losses = new LogitObjective([new LogitLossTerm(DistillationLosses.ForwardKl)], teacher).Backward(student, new TokenBatch(ids, 2), gradient);
            return [.. losses.data<float>(), .. gradient.data<float>()];
        }
    }

    [Fact]
    public void FewerRows_AreRefused() =>
        Assert.Contains("has a vocabulary of 9, the student of 10", Assert.Throws<PrunusInputException>(() => TeacherVocabulary.CheckSizes(9, 10)).Message, StringComparison.Ordinal);

    [Fact]
    public void AnotherTokenizer_IsRefusedByItsFirstDifference()
    {
        var json = JsonNode.Parse(File.ReadAllText(SmallJob.TokenizerFile))!;
        var student = Tokenizer.Load(SmallJob.TokenizerFile);
        TeacherVocabulary.CheckTokenizers(student, student, "teacher", "the river");
        var vocabulary = json["model"]!["vocab"]!.AsObject();
        var (a, b) = (student.TokenText(300)!, student.TokenText(301)!);
        (vocabulary[a], vocabulary[b]) = (301, 300);
        var swapped = Tokenizer.FromFiles(new Dictionary<string, byte[]> { ["tokenizer.json"] = System.Text.Encoding.UTF8.GetBytes(json.ToJsonString()) }, "swapped");
        var fault = Assert.Throws<PrunusInputException>(() => TeacherVocabulary.CheckTokenizers(swapped, student, "swapped", ""));
        Assert.Equal(("--teacher", $"swapped has token 300 '{b}', the student '{a}'"), (fault.Subject, fault.Problem));

        // The same ids, but no merges: other tokens for the same text.
        var plain = JsonNode.Parse(File.ReadAllText(SmallJob.TokenizerFile))!;
        plain["model"]!["merges"] = new JsonArray();
        var unmerged = Tokenizer.FromFiles(new Dictionary<string, byte[]> { ["tokenizer.json"] = System.Text.Encoding.UTF8.GetBytes(plain.ToJsonString()) }, "plain");
        Assert.Contains("splits the text", Assert.Throws<PrunusInputException>(() => TeacherVocabulary.CheckTokenizers(unmerged, student, "plain", "the river was wide")).Message, StringComparison.Ordinal);
    }
}
