using Prunus.Distillation;
using Prunus.Native;
using Prunus.Tests.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Tests.Distillation;

public class ChunkedLogitLossTests
{
    private const int Tokens = 37, Vocabulary = 23, Width = 8, TeacherWidth = 12;

    static ChunkedLogitLossTests() => Libtorch.Load();

    [Theory]
    [InlineData(1, null)]
    [InlineData(7, null)]
    [InlineData(64, null)]
    [InlineData(7, 3.0)]
    public void Gradients_equal_those_of_autograd(int rows, double? cap)
    {
        using var scope = NewDisposeScope();
        var c = new Case();
        var hidden = c.Hidden.clone().requires_grad_();
        var weight = c.Weight.clone().requires_grad_();
        var log = nn.functional.log_softmax(Cap(hidden.matmul(weight.t()), cap) / 2.0, -1);
        var other = nn.functional.log_softmax(Cap(c.TeacherHidden.matmul(c.TeacherWeight.t()), cap) / 2.0, -1);
        var mask = c.Mask.to(ScalarType.Float32);
        var kl = ((other.exp() * (other - log)).sum(-1) * mask).sum() / mask.sum();
        var ce = nn.functional.cross_entropy(Cap(hidden.matmul(weight.t()), cap), c.Labels, ignore_index: -100);
        ((kl * 0.7) + (ce * 0.3)).backward();

        var (values, hiddenGradient, headGradient) = Chunked(c, rows, cap, c.Targets);
        Assert.Equal(kl.item<float>(), values[0], 1e-5f);
        Assert.Equal(ce.item<float>(), values[1], 1e-5f);
        Assert.True(allclose(hidden.grad!, hiddenGradient, 1e-4, 1e-6));
        Assert.True(allclose(weight.grad!, headGradient, 1e-4, 1e-6));
    }

    [Fact]
    public void Counts_of_the_whole_step_make_micro_batches_add_up()
    {
        using var scope = NewDisposeScope();
        var c = new Case();
        var (whole, _, gradient) = Chunked(c, 64, null, c.Targets);
        var (tokens, labels) = (c.Mask.sum().item<long>(), c.Labels.ge(0).sum().item<long>());
        var head = zeros(Vocabulary, Width);
        var sums = new float[2];
        foreach (var (start, length) in new[] { (0, 20), (20, 17) })
        {
            var targets = new LogitTargets(c.Labels.narrow(0, start, length), c.Mask.narrow(0, start, length), tokens, labels);
            var part = c.Hidden.narrow(0, start, length).clone().requires_grad_();
            var values = Loss(64).Backward(part, new(c.Weight), head, c.TeacherHidden.narrow(0, start, length), new LogitHead(c.TeacherWeight), targets).data<float>();
            sums[0] += values[0];
            sums[1] += values[1];
        }

        Assert.Equal(whole[0], sums[0], 1e-5f);
        Assert.Equal(whole[1], sums[1], 1e-5f);
        Assert.True(allclose(gradient, head, 1e-4, 1e-6));
    }

    [Fact]
    public void Bfloat16_is_close_to_float32()
    {
        using var scope = NewDisposeScope();
        var c = new Case();
        var (values, _, head) = Chunked(c, 7, null, c.Targets);
        var low = c.To(ScalarType.BFloat16);
        var (lowValues, lowHidden, lowHead) = Chunked(low, 7, null, low.Targets);
        Assert.Equal(values[0], lowValues[0], 0.05f);
        Assert.Equal(values[1], lowValues[1], 0.05f);
        Assert.Equal(ScalarType.BFloat16, lowHidden.dtype);
        Assert.Equal(ScalarType.Float32, lowHead.dtype);
        Assert.True((head - lowHead).norm().item<float>() < 0.05 * head.norm().item<float>());
    }

    [Fact]
    public void Teacher_of_the_same_weights_gives_zero()
    {
        using var scope = NewDisposeScope();
        var c = new Case();
        var hidden = c.Hidden.clone().requires_grad_();
        using var value = new ChunkedLogitLoss([new(DistillationLosses.ForwardKl)])
            .Backward(hidden, new(c.Weight), null, c.Hidden, new LogitHead(c.Weight), default);
        Assert.Equal(0, value[0].item<float>());
        Assert.Equal(0, hidden.grad!.abs().max().item<float>(), 1e-7f);
    }

    [Fact]
    public void No_tensor_is_left() => TensorLeaks.AssertNone(() =>
    {
        using var scope = NewDisposeScope();
        var c = new Case();
        Chunked(c, 7, 3, c.Targets);
    });

    private static Tensor Cap(Tensor logits, double? cap) => cap is { } c ? (logits / c).tanh() * c : logits;

    private static ChunkedLogitLoss Loss(int rows) => new(
        [new(DistillationLosses.ForwardKl, 0.7, 2), new(DistillationLosses.CrossEntropy, 0.3)], (long)rows * Vocabulary * 4 * 5);

    private static (float[] Values, Tensor Hidden, Tensor Head) Chunked(Case c, int rows, double? cap, LogitTargets targets)
    {
        var hidden = c.Hidden.clone().requires_grad_();
        var head = zeros(Vocabulary, Width);
        using var values = Loss(rows).Backward(hidden, new(c.Weight, cap), head, c.TeacherHidden, new LogitHead(c.TeacherWeight, cap), targets);
        return (values.data<float>().ToArray(), hidden.grad!, head);
    }

    private sealed class Case
    {
        public Case()
        {
            using var generator = new Generator(5);
            Hidden = randn(Tokens, Width, generator: generator);
            Weight = randn(Vocabulary, Width, generator: generator);
            TeacherHidden = randn(Tokens, TeacherWidth, generator: generator);
            TeacherWeight = randn(Vocabulary, TeacherWidth, generator: generator);
            Labels = randint(0, Vocabulary, Tokens, generator: generator);
            Labels[5] = -100;
            Labels[36] = -100;
            Mask = ones(Tokens, dtype: ScalarType.Bool);
            Mask[3] = false;
        }

        public Tensor Hidden { get; private set; }

        public Tensor Weight { get; private set; }

        public Tensor TeacherHidden { get; private set; }

        public Tensor TeacherWeight { get; private set; }

        public Tensor Labels { get; }

        public Tensor Mask { get; }

        public LogitTargets Targets => new(Labels, Mask);

        public Case To(ScalarType type) => new()
        {
            Hidden = Hidden.to(type), Weight = Weight.to(type), TeacherHidden = TeacherHidden.to(type), TeacherWeight = TeacherWeight.to(type),
        };
    }
}
