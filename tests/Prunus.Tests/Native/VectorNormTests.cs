using Prunus.Native;
using TorchSharp;

namespace Prunus.Tests.Native;

/// <summary>Norms over a dimension, by hand.</summary>
public class VectorNormTests
{
    [Fact]
    public void Orders_dimensions_and_shapes_by_hand()
    {
        Libtorch.Load();
        using var scope = torch.NewDisposeScope();
        var x = torch.tensor(new[] { 3f, -4f, 0f, -2f }, [2, 2]);
        Assert.Equal([5f, 2f], Ops.VectorNorm(x, 2, -1).data<float>().ToArray());
        Assert.Equal([3f, 6f], Ops.VectorNorm(x, 1, 0).data<float>().ToArray());
        Assert.Equal([2L, 1L], Ops.VectorNorm(x, 2, -1, keepDimension: true).shape);
    }
}
