using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Lottery.Masks;

/// <summary>Masks as the tensors that training multiplies by.</summary>
public static class MaskTensors
{
    /// <summary>Elements of a tensor as float32, row-major, as criteria look at them.</summary>
    public static float[] Floats(Tensor tensor)
    {
        using var scope = NewDisposeScope();
        return tensor.detach().to(ScalarType.Float32).cpu().contiguous().data<float>().ToArray();
    }

    /// <summary>Masks of one net: 0 and 1 by name, owned by the caller's dispose scope.</summary>
    public static Dictionary<string, Tensor> Of(MaskSet masks, Device device, ScalarType type = ScalarType.Float32) =>
        masks.Names.ToDictionary(name => name, name => masks[name].ToTensor(device, type));

    /// <summary>Masks of a stack: 0 and 1 [members,…] by name, owned by the caller's dispose scope.</summary>
    /// <param name="members">One set for each member, all of the same names.</param>
    /// <param name="device">Where the tensors shall lie.</param>
    /// <param name="type">Type of the weights.</param>
    public static Dictionary<string, Tensor> Of(IReadOnlyList<MaskSet> members, Device device, ScalarType type = ScalarType.Float32) =>
        members[0].Names.ToDictionary(name => name, name =>
        {
            using var scope = NewDisposeScope();
            return stack(members.Select(m => m[name].ToTensor(device, type))).MoveToOuterDisposeScope();
        });
}
