using System.Text.Json.Nodes;
using Prunus.Distillation;
using Prunus.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Tests.Distillation;

/// <summary>Values and gradients of goldens/pruning/distill: an identity head makes hidden states logits.</summary>
public class LogitLossGoldenTests
{
    private const int Vocabulary = 97;

    static LogitLossGoldenTests() => Libtorch.Load();

    public static TheoryData<string, string, double> Cases()
    {
        var cases = new TheoryData<string, string, double>();
        (string Id, string Key)[] losses =
        [
            ("forward-kl", "forward_kl"), ("reverse-kl", "reverse_kl"), ("mse", "mse_prob"), ("mse-logits", "mse_logit"), ("cosine", "cosine_prob"), ("cosine-logits", "cosine_logit"),
            .. new[] { "0", "0.1", "0.5", "0.9", "1" }.Select(beta => ($"jsd:{beta}", $"jsd.beta{beta}")),
            ("topk-teacher:1", "topk_teacher_renorm.k1"), ("topk-truncated:1", "topk_truncated.k1"),
            .. new[] { 5, 20 }.SelectMany(k => new[] { ($"topk-both:{k}", $"topk_both_renorm.k{k}"), ($"topk-teacher:{k}", $"topk_teacher_renorm.k{k}"), ($"topk-truncated:{k}", $"topk_truncated.k{k}") }),
        ];
        foreach (var (id, key) in losses)
        {
            foreach (var tau in new[] { 0.5, 1, 2, 4 })
            {
                cases.Add(id, key, tau);
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Distillation_loss_equals_the_reference(string id, string key, double tau) =>
        Check([new LogitLossTerm(DistillationLosses.Parse(id), 1, tau)], FormattableString.Invariant($"{key}.tau{tau}"));

    [Fact]
    public void Cross_entropy_equals_the_reference() => Check([new LogitLossTerm(DistillationLosses.CrossEntropy)], "ce");

    [Fact]
    public void Half_and_half_equals_the_reference() =>
        Check([new(DistillationLosses.CrossEntropy, 0.5), new(DistillationLosses.ForwardKl, 0.5)], "ce_plus_forward_kl_half");

    [Fact]
    public void A_wider_teacher_cut_to_the_students_vocabulary_equals_the_reference() =>
        Check([new(DistillationLosses.ForwardKl)], "wide.forward_kl_renorm", Golden()["teacher_wide"].narrow(-1, 0, Vocabulary));

    [Fact]
    public void Tau_squared_multiplies_value_and_gradient()
    {
        var (value, gradient) = Run([new(DistillationLosses.ForwardKl, 1, 2)]);
        var (squared, squaredGradient) = Run([new(DistillationLosses.ForwardKl, 1, 2, TauSquared: true)]);
        Assert.Equal(4 * value, squared, 1e-5);
        Assert.True(allclose(gradient * 4, squaredGradient, 1e-5, 1e-7));
    }

    private static void Check(LogitLossTerm[] terms, string key, Tensor? teacher = null)
    {
        var expected = (double)JsonNode.Parse(File.ReadAllText(SharedFiles.Path("goldens", "pruning", "distill", "distill.json")))!["values"]![key]!;
        using var scope = NewDisposeScope();
        var (value, gradient) = Run(terms);
        Assert.Equal(expected, value, 1e-5 * expected);
        var reference = Golden()["grad." + key].view(-1, Vocabulary);
        Assert.True((gradient - reference).abs().max().item<float>() < 1e-5 * reference.abs().max().item<float>(), key);
    }

    private static (double Value, Tensor Gradient) Run(LogitLossTerm[] terms, Tensor? teacher = null)
    {
        var golden = Golden();
        var hidden = golden["student"].view(-1, Vocabulary).contiguous().requires_grad_();
        var head = new LogitHead(eye(Vocabulary));
        var targets = new LogitTargets(golden["labels"].view(-1), golden["mask"].view(-1).to(ScalarType.Bool));

        // Budget for four tokens, so that 21 tokens take several chunks with a rest.
        var loss = new ChunkedLogitLoss(terms, 4 * Vocabulary * 4 * 5);
        using var values = loss.Backward(hidden, head, null, (teacher ?? golden["teacher"]).reshape(-1, Vocabulary), head, targets);
        return (values.data<float>().Zip(terms, (v, term) => v * term.Weight).Sum(), hidden.grad!);
    }

    private static GoldenTensors Golden() => new(SharedFiles.Path("goldens", "pruning", "distill", "distill.safetensors"));
}
