using Prunus.Distillation;
using Prunus.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Tests.Distillation;

/// <summary>Every loss: numbers worked by hand, gradients of autograd in float64, what must hold for all.</summary>
public class DistillationLossTests
{
    static DistillationLossTests() => Libtorch.Load();

    public static TheoryData<string> Losses => [.. Ids];

    private static string[] Ids =>
    [
        "forward-kl", "reverse-kl", "jsd:0", "jsd:0.3", "jsd:0.5", "jsd:1", "mse", "mse-logits", "cosine", "cosine-logits",
        "topk-both:1", "topk-both:3", "topk-both:1000", "topk-teacher:3", "topk-teacher:1000", "topk-truncated:3", "topk-truncated:1000",
    ];

    // p_s = (1/2, 1/2), p_t = (3/4, 1/4), m of jsd:0.5 = (5/8, 3/8).
    [Theory]
    [InlineData("forward-kl", 0.13081203594113697)] // 3/4 ln 3/2 + 1/4 ln 1/2
    [InlineData("reverse-kl", 0.14384103622589045)] // 1/2 ln 2/3 + 1/2 ln 2
    [InlineData("jsd:0.5", 0.03382207143308478)] // 1/2 (3/4 ln 6/5 + 1/4 ln 2/3) + 1/2 (1/2 ln 4/5 + 1/2 ln 4/3)
    [InlineData("mse", 0.0625)] // 1/2 (1/16 + 1/16)
    [InlineData("mse-logits", 0.6034744806)] // 1/2 (ln 3)²
    [InlineData("cosine", 0.10557280900008414)] // 1 - 1/√(1/2 · 10/16) · 1/2
    [InlineData("topk-both:1", 0)]
    [InlineData("topk-teacher:1", 0.6931471805599453)] // ln 2
    [InlineData("topk-truncated:1", 0.3040988310811233)] // 3/4 ln 3/2
    public void Two_words_by_hand(string id, double expected)
    {
        using var scope = NewDisposeScope();
        var chunk = new LogitChunk(zeros(1, 2), tensor(new[] { (float)Math.Log(3), 0f }, [1, 2]), null);
        Assert.Equal(expected, Loss(id).Compute(chunk, ones(1, 1), 1).PerToken.item<float>(), 2e-7);
    }

    // Logits (3, 4) and (4, 3): the cosine is 24/25; its slope 24/25 (3,4)/25 - (4,3)/25.
    [Fact]
    public void Cosine_of_logits_by_hand()
    {
        using var scope = NewDisposeScope();
        var losses = Loss("cosine-logits").Compute(new(tensor([3f, 4f], [1, 2]), tensor([4f, 3f], [1, 2]), null), full(1, 1, 2f), 4);
        Assert.Equal(0.04, losses.PerToken.item<float>(), 1e-6);
        Assert.Equal(2 * ((0.96 * 3) - 4) / 25, losses.Gradient[0, 0].item<float>(), 1e-6);
        Assert.Equal(2 * ((0.96 * 4) - 3) / 25, losses.Gradient[0, 1].item<float>(), 1e-6);
    }

    [Theory]
    [MemberData(nameof(Losses))]
    public void Value_and_gradient_equal_those_of_autograd(string id)
    {
        foreach (var temperature in new[] { 0.5, 1, 3 })
        {
            using var scope = NewDisposeScope();
            var (student, teacher, weights) = Case();
            var leaf = student.to(ScalarType.Float64).requires_grad_();
            var expected = LossFormulas.PerToken(Loss(id), leaf, teacher.to(ScalarType.Float64), temperature);
            (expected * weights.squeeze(-1)).sum().backward();
            var losses = Loss(id).Compute(new(student, teacher, null), weights, temperature);
            Assert.True(allclose(losses.PerToken.to(ScalarType.Float64), expected, 2e-5, 1e-6), $"{id} {temperature}");
            Assert.True((losses.Gradient - leaf.grad!).norm().item<double>() <= 1e-5 * leaf.grad!.norm().item<double>(), $"{id} {temperature}");
        }
    }

    [Theory]
    [MemberData(nameof(Losses))]
    public void Equal_distributions_have_no_loss_and_no_gradient(string id)
    {
        if (id.StartsWith("topk-t", StringComparison.Ordinal) && !id.EndsWith(":1000", StringComparison.Ordinal))
        {
            // Teacher and student differ there by what lies outside the top k.
            return;
        }

        using var scope = NewDisposeScope();
        var (student, _, weights) = Case();
        var losses = Loss(id).Compute(new(student, student.clone(), null), weights, 1);
        Assert.True(losses.PerToken.abs().max().item<float>() < 5e-7, id);
        Assert.True(losses.Gradient.abs().max().item<float>() < 5e-7, id);
    }

    [Theory]
    [MemberData(nameof(Losses))]
    public void Chunks_and_masks_change_nothing(string id)
    {
        using var scope = NewDisposeScope();
        var (student, teacher, _) = Case();
        var mask = ones(student.size(0), dtype: ScalarType.Bool);
        mask[1] = false;
        var counting = mask.nonzero().squeeze(-1);
        var (whole, wholeGradient) = Run(student.index_select(0, counting), teacher.index_select(0, counting), null, 1L << 20);
        var (parts, gradient) = Run(student, teacher, mask, 3 * 5 * 4 * student.size(1));
        Assert.Equal(whole, parts, 1e-6 * Math.Abs(whole) + 1e-9);
        Assert.True(allclose(wholeGradient, gradient.index_select(0, counting), 1e-5, 1e-9));
        Assert.Equal(0, gradient[1].abs().max().item<float>());

        (double Value, Tensor Gradient) Run(Tensor s, Tensor t, Tensor? m, long chunkBytes)
        {
            var hidden = s.clone().requires_grad_();
            var head = new LogitHead(eye(s.size(1)));
            using var value = new ChunkedLogitLoss([new(Loss(id), 1, 2)], chunkBytes).Backward(hidden, head, null, t, head, new LogitTargets(Mask: m));
            return (value.item<float>(), hidden.grad!);
        }
    }

    [Theory]
    [MemberData(nameof(Losses))]
    public void Peaked_distributions_stay_finite(string id)
    {
        using var scope = NewDisposeScope();
        var student = zeros(2, 6);
        var teacher = zeros(2, 6);
        student[0, 0] = 300;
        teacher[0, 1] = 300;
        student[1, 2] = -300;
        teacher[1, 3] = 300;
        var losses = Loss(id).Compute(new(student, teacher, null), ones(2, 1), 0.5);
        Assert.True(losses.PerToken.isfinite().all().item<bool>(), id);
        Assert.True(losses.Gradient.isfinite().all().item<bool>(), id);
    }

    [Theory]
    [MemberData(nameof(Losses))]
    public void No_tensor_is_left(string id) => Native.TensorLeaks.AssertNone(() =>
    {
        using var scope = NewDisposeScope();
        var (student, teacher, weights) = Case();
        Loss(id).Compute(new(student, teacher, null), weights, 2).Dispose();
    });

    [Theory]
    [InlineData("forward_kl", "did you mean 'forward-kl'?")]
    [InlineData("kl", "use forward-kl, reverse-kl,")]
    [InlineData("topk-bth:5", "did you mean 'topk-both'?")]
    [InlineData("mse:2", "takes no number")]
    [InlineData("jsd:1.5", "from 0 (forward KL) to 1")]
    [InlineData("jsd:nan", "from 0 (forward KL) to 1")]
    [InlineData("jsd:", "from 0 (forward KL) to 1")]
    [InlineData("topk-both:0", "1 or more")]
    [InlineData("topk-truncated:-3", "1 or more")]
    [InlineData("topk-teacher:1.5", "1 or more")]
    [InlineData("", "use forward-kl")]
    public void Unknown_losses_are_refused(string text, string told) =>
        Assert.Contains(told, Assert.Throws<PrunusInputException>(() => DistillationLosses.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Ids_are_read_back()
    {
        Assert.All(DistillationLosses.All, loss => Assert.Equal(loss.Id, DistillationLosses.Parse(loss.Id).Id));
        Assert.Equal("jsd:0.5", DistillationLosses.Parse("jsd:0.50").Id);
        Assert.Equal("jsd:0.5", DistillationLosses.Parse("jsd").Id);
        Assert.Equal("topk-both:7", DistillationLosses.Parse("topk-both:7").Id);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Temperature_must_be_above_0(double temperature) =>
        Assert.NotEmpty(new LogitLossTerm(Loss("reverse-kl"), 1, temperature).Faults());

    private static ILogitLoss Loss(string id) => DistillationLosses.Parse(id);

    private static (Tensor Student, Tensor Teacher, Tensor Weights) Case()
    {
        using var generator = new Generator(3);
        return (randn(7, 41, generator: generator) * 2, randn(7, 41, generator: generator) * 2, rand([7, 1], generator: generator));
    }
}
