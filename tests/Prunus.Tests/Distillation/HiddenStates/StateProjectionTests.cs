using Prunus.Distillation.HiddenStates;
using Prunus.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Tests.Distillation.HiddenStates;

/// <summary>Where the projection from student to teacher width begins.</summary>
public class StateProjectionTests
{
    static StateProjectionTests() => Libtorch.Load();

    [Fact]
    public void Projection_puts_kept_channels_back_in_place()
    {
        using var scope = NewDisposeScope();
        using var kept = new StateProjection(5, 3, [4, 0, 2], bias: false, 0, CPU);
        Assert.Equal([8f, 0, 9, 0, 7], kept.Apply(tensor([7f, 8, 9])).data<float>().ToArray());
        using var same = new StateProjection(3, 3, null, bias: true, 0, CPU);
        Assert.Equal([7f, 8, 9], same.Apply(tensor([7f, 8, 9])).data<float>().ToArray());
        using var random = new StateProjection(400, 100, null, bias: false, 1, CPU);
        Assert.Equal(0.1, random.Weight.std().item<float>(), 0.002);
    }
}
