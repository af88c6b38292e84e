using Prunus.Lottery.Masks;

namespace Prunus.Lottery.Kinds;

/// <summary>Masks of a trained net by the magnitudes of its weights.</summary>
internal static class MaskedCuts
{
    public static MaskSet Of(ITicketNet net, SparsityKind kind)
    {
        var masks = MaskSet.Full(net.Tensors);
        var sizes = masks.Names.ToDictionary(n => n, n => Array.ConvertAll(MaskTensors.Floats(net.Parameters[n]), Math.Abs), StringComparer.Ordinal);
        return kind switch
        {
            SparsityKind.Unstructured u => MaskCut.ToCounts(masks, sizes, masks.Names.ToDictionary(n => n, n => (int)Math.Round((1 - u.Sparsity) * masks[n].Count), StringComparer.Ordinal)).Masks,
            SparsityKind.Patterned p => masks.Select((name, mask) => p.Pattern.Of(mask.Shape, sizes[name])),
            _ => masks,
        };
    }
}
