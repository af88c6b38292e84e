using Prunus.Distillation.HiddenStates;
using Prunus.Native;
using static TorchSharp.torch;

namespace Prunus.Tests.Distillation.HiddenStates;

/// <summary>Divergence between attention relations of teacher and student.</summary>
public class AttentionRelationsTests
{
    static AttentionRelationsTests() => Libtorch.Load();

    /// <summary>By hand: two tokens, one head of width 1, queries (0, 1) against (0, 2): rows softmax(0,0) and softmax(0,1) against softmax(0,4).</summary>
    [Fact]
    public void Relations_by_hand()
    {
        using var scope = NewDisposeScope();
        var loss = AttentionRelations.PerToken(tensor([0f, 1f], [1, 2, 1]), tensor([0f, 2f], [1, 2, 1]), 1);
        var (p, q) = (1 / (1 + Math.Exp(-4)), 1 / (1 + Math.Exp(-1)));
        Assert.Equal(0, loss[0, 0].item<float>(), 1e-6);
        Assert.Equal((p * Math.Log(p / q)) + ((1 - p) * Math.Log((1 - p) / (1 - q))), loss[0, 1].item<float>(), 1e-6);
    }
}
