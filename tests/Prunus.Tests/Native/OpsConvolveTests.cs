using Prunus.Native;
using Prunus.Vision;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Tests.Native;

public sealed class OpsConvolveTests
{
    static OpsConvolveTests() => Libtorch.Load();

    // Outputs and all gradients, in float32 against float64: on machines whose caches oneDNN misreads, these were wrong in every pass.
    [Theory]
    [InlineData(24, 24, 3)]
    [InlineData(8, 8, 3)]
    [InlineData(49, 33, 3)]
    [InlineData(6, 16, 5)]
    [InlineData(1, 6, 5)]
    [InlineData(3, 24, 3)]
    [InlineData(20, 40, 1)]
    [InlineData(32, 16, 3)]
    [InlineData(24, 48, 3, 3)]
    [InlineData(30, 48, 3, 3)]
    public void Float32_equals_float64(int inputs, int outputs, int kernel, int groups = 1)
    {
        using var scope = NewDisposeScope();
        foreach (var stride in new[] { 1L, 2L })
        {
            Tensor[] from = [randn(4, inputs, 10, 10), randn(outputs, inputs / groups, kernel, kernel), randn(outputs)];
            foreach (var few in new[] { false, true })
            {
                var expected = Pass(from, ScalarType.Float64, few, (x, w, b) => nn.functional.conv2d(x, w, b, [stride, stride], [kernel / 2, kernel / 2], groups: groups));
                Same(expected, Pass(from, ScalarType.Float32, few, (x, w, b) => Ops.Convolve(x, w, b, stride, kernel / 2, groups)));
                if (groups == 1)
                {
                    Same(expected, Pass(from, ScalarType.Float32, few, (x, w, b) => Ops.ConvolveFilledUp(x, w, b, stride, kernel / 2)));
                }
            }
        }
    }

    [Theory]
    [InlineData("vgg-19:8")]
    [InlineData("resnet-20:4")]
    [InlineData("resnet-20:24")]
    public void Gradients_of_narrow_nets_are_those_of_float64(string name)
    {
        using var scope = NewDisposeScope();
        using var net = VisionNet.Initialise(VisionNets.Named(name), VisionInitialisations.Named("kaiming-normal"), 1, CPU);
        manual_seed(1);
        var (images, labels) = (randn(8, 3, 32, 32), randint(0, 10, [8], dtype: ScalarType.Int64));
        var (exact, got) = (Gradients(ScalarType.Float64), Gradients(ScalarType.Float32));

        // A ReLU that rounding switches changes much below it; what was wrong was so by half and more.
        Assert.All(exact, g => Assert.InRange((got[g.Key].to(ScalarType.Float64) - g.Value).norm().item<double>() / g.Value.norm().item<double>(), 0, 0.1));

        Dictionary<string, Tensor> Gradients(ScalarType type)
        {
            var parameters = net.Parameters.Where(p => p.Key.EndsWith(".weight", StringComparison.Ordinal))
                .ToDictionary(p => p.Key, p => p.Value.detach().to(type, copy: true).requires_grad_(true));
            var others = net.Parameters.Concat(net.Buffers).Where(p => !parameters.ContainsKey(p.Key)).Select(p => KeyValuePair.Create(p.Key, p.Value.detach().to(type, copy: true)));
            nn.functional.cross_entropy(net.Forward(images.to(type), training: true, instead: parameters.Concat(others).ToDictionary()), labels).backward();
            return parameters.ToDictionary(p => p.Key, p => p.Value.grad!);
        }
    }

    [Theory]
    [InlineData(0x68747541, 0x8000001D, 0x4121, false)]
    [InlineData(0x68747541, 0x8000001D, 0, true)]
    [InlineData(0x68747541, 0x80000008, 0x4121, true)]
    [InlineData(0x756E6547, 0x80000008, 0, false)]
    public void Caches_are_hidden_where_AMD_s_leaf_is_empty(uint vendor, uint leaves, int kind, bool hidden) => Assert.Equal(hidden, OneDnn.HidesCaches((leaf, _) => (uint)leaf switch
    {
        0 => (13, (int)vendor, 0, 0),
        0x80000000 => ((int)leaves, 0, 0, 0),
        _ => (kind, 0, 0, 0),
    }));

    private static Tensor[] Pass(Tensor[] from, ScalarType type, bool imagesAreGiven, Func<Tensor, Tensor, Tensor, Tensor> convolve)
    {
        Tensor[] inputs = [.. from.Select((t, i) => t.detach().to(type, copy: true).requires_grad_(i > 0 || !imagesAreGiven))];
        var y = convolve(inputs[0], inputs[1], inputs[2]);
        (y * y).sum().backward();
        return [y, .. inputs.Where(t => t.requires_grad).Select(t => t.grad!)];
    }

    private static void Same(Tensor[] expected, Tensor[] got) => Assert.All(expected.Zip(got), p =>
    {
        Assert.Equal(p.First.shape, p.Second.shape);
        Assert.InRange((p.First - p.Second.to(ScalarType.Float64)).abs().max().item<double>() / p.First.abs().max().item<double>(), 0, 1e-5);
    });
}
