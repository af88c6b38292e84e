using Prunus.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Tests.Native;

public class OpsTests
{
    static OpsTests() => Libtorch.Load();

    [Fact]
    public void RmsNorm_equals_its_formula()
    {
        using var scope = NewDisposeScope();
        var (x, w) = (Random(2, 3, 8), Random(8));
        Same(
            () => Ops.RmsNorm(x, w, 1e-5),
            () => x * rsqrt(x.pow(2).mean([-1], keepdim: true) + 1e-5) * w,
            x, w);
    }

    [Fact]
    public void LayerNorm_equals_its_formula()
    {
        using var scope = NewDisposeScope();
        var (x, w, b) = (Random(2, 3, 8), Random(8), Random(8));
        Same(
            () => Ops.LayerNorm(x, w, b, 1e-5),
            () =>
            {
                var centred = x - x.mean([-1], keepdim: true);
                return (centred * rsqrt(centred.pow(2).mean([-1], keepdim: true) + 1e-5) * w) + b;
            },
            x, w, b);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void Attention_equals_its_formula(bool causal, bool masked)
    {
        using var scope = NewDisposeScope();
        var (q, k, v) = (Random(2, 4, 5, 8), Random(2, 2, 5, 8), Random(2, 2, 5, 8));
        var additive = causal ? full([5, 5], float.NegativeInfinity).triu(1) : masked ? randn([5, 5]) : zeros([5, 5]);
        Same(
            () => Ops.ScaledDotProductAttention(q, k, v, masked ? additive : null, causal, 0.3, gqa: true),
            () =>
            {
                var (keys, values) = (k.repeat_interleave(2, 1), v.repeat_interleave(2, 1));
                return ((q.matmul(keys.transpose(-2, -1)) * 0.3) + additive).softmax(-1).matmul(values);
            },
            q, k, v);
    }

    [Fact]
    public void Attention_refuses_a_mask_with_causal()
    {
        using var scope = NewDisposeScope();
        var q = Random(1, 1, 2, 4);
        Assert.Throws<ArgumentException>(() => Ops.ScaledDotProductAttention(q, q, q, zeros([2, 2]), true, 1, false));
    }

    [Fact]
    public void Embedding_picks_rows()
    {
        using var scope = NewDisposeScope();
        var w = Random(6, 4);
        var ids = tensor(new long[] { 5, 0, 5 });
        Same(() => Ops.Embedding(w, ids), () => w.index_select(0, ids), w);
    }

    [Fact]
    public void FusedAdamW_follows_the_paper()
    {
        using var scope = NewDisposeScope();
        Tensor[] p = [Random(3, 2), Random(4)];
        Tensor[] g = [randn([3, 2]), randn([4])];
        Tensor[] m = [zeros([3, 2]), zeros([4])];
        Tensor[] v = [zeros([3, 2]), zeros([4])];
        Tensor[] t = [zeros([]), zeros([])];
        double[][] expected = [.. p.Select(x => Doubles(x))];
        double[][] mean = [.. m.Select(x => Doubles(x))], square = [.. v.Select(x => Doubles(x))];
        for (var step = 1; step <= 3; step++)
        {
            Ops.FusedAdamW(p, g, m, v, t, 0.01, 0.9, 0.95, 0.1, 1e-8);
            for (var i = 0; i < p.Length; i++)
            {
                var gradient = Doubles(g[i]);
                for (var j = 0; j < gradient.Length; j++)
                {
                    mean[i][j] = (0.9 * mean[i][j]) + (0.1 * gradient[j]);
                    square[i][j] = (0.95 * square[i][j]) + (0.05 * gradient[j] * gradient[j]);
                    var direction = mean[i][j] / (1 - Math.Pow(0.9, step)) / (Math.Sqrt(square[i][j] / (1 - Math.Pow(0.95, step))) + 1e-8);
                    expected[i][j] -= 0.01 * ((0.1 * expected[i][j]) + direction);
                }
            }
        }

        Assert.Equal(3, t[0].item<float>());
        for (var i = 0; i < p.Length; i++)
        {
            Close(expected[i], Doubles(p[i]), 1e-6);
        }
    }

    [Theory]
    [InlineData(ScalarType.Float32, 1e-6)]
    [InlineData(ScalarType.BFloat16, 1e-2)]
    public void Foreach_norm_and_scale_cover_all_tensors(ScalarType type, double tolerance)
    {
        using var scope = NewDisposeScope();
        Tensor[] tensors = [tensor(new float[] { 1, 2 }).to(type), tensor(new float[] { 2, 4 }).to(type)];
        var norm = Ops.ForeachNorm(tensors);
        Assert.Equal(ScalarType.Float32, norm.dtype);
        Assert.Equal(5, norm.item<float>(), 1e-6);
        Ops.ForeachScale(tensors, tensor(0.5f));
        Close([1, 2], Doubles(tensors[1]), tolerance);
    }

    [Fact]
    public void Foreach_copy_converts_and_zero_clears()
    {
        using var scope = NewDisposeScope();
        Tensor[] source = [randn([3]), randn([2, 2])];
        Tensor[] target = [zeros([3], ScalarType.BFloat16), zeros([2, 2], ScalarType.BFloat16)];
        Ops.ForeachCopy(target, source);
        Assert.Equal(Doubles(source[1].to(ScalarType.BFloat16)), Doubles(target[1]));
        Ops.ForeachZero(target);
        Assert.All(Doubles(target[0]), value => Assert.Equal(0, value));
    }

    [Fact]
    public void In_place_ops_change_leaves_that_require_gradients()
    {
        using var scope = NewDisposeScope();
        var leaf = Random(2);
        Ops.ForeachZero([leaf]);
        Assert.True(leaf.requires_grad && leaf.is_leaf);
    }

    [Fact]
    public void Ops_leave_no_tensors() => TensorLeaks.AssertNone(() =>
    {
        using var x = ones([2, 4]);
        using var w = ones([4]);
        using var y = Ops.RmsNorm(x, w, 1e-6);
        using var norm = Ops.ForeachNorm([x, w]);
        Ops.ForeachScale([x, w], norm);
        Ops.ForeachCopy([x], [x]);
        Ops.ForeachZero([x]);
        using var step = zeros([]);
        using var m = zeros([4]);
        using var v = zeros([4]);
        Ops.FusedAdamW([w], [w], [m], [v], [step], 0.1, 0.9, 0.9, 0, 1e-8);
    });

    private static Tensor Random(params long[] shape) => randn(shape).requires_grad_();

    private static double[] Doubles(Tensor x) => x.detach().to(ScalarType.Float64).data<double>().ToArray();

    private static void Same(Func<Tensor> op, Func<Tensor> formula, params Tensor[] inputs)
    {
        // Thrice: TorchScript profiles at first and may run another program afterwards.
        for (var run = 0; run < 3; run++)
        {
            var (ours, plain) = (op(), formula());
            Close(Doubles(plain), Doubles(ours), 1e-5);
            var upstream = randn_like(plain);
            var ourGradients = autograd.grad([ours], inputs, [upstream]);
            var plainGradients = autograd.grad([plain], inputs, [upstream]);
            for (var i = 0; i < inputs.Length; i++)
            {
                Close(Doubles(plainGradients[i]), Doubles(ourGradients[i]), 1e-5);
            }
        }
    }

    private static void Close(double[] expected, double[] actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], actual[i], tolerance * Math.Max(1, Math.Abs(expected[i])));
        }
    }

    [Fact]
    public async Task Numbers_survive_the_garbage_collector()
    {
        using var stop = new CancellationTokenSource();
        var collector = Task.Run(
            () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    GC.Collect(0);
                    GC.WaitForPendingFinalizers();
                }
            },
            TestContext.Current.CancellationToken);
        using (NewDisposeScope())
        {
            var (x, w) = (ones(1, 2), ones(2));
            for (var i = 0; i < 20_000; i++)
            {
                using var y = Ops.RmsNorm(x, w, 3.0);
                Assert.Equal(0.5f, y.data<float>()[0]);
            }
        }

        await stop.CancelAsync();
        await collector;
    }
}
