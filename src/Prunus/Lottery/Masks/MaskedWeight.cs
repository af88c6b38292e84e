using Prunus.Vision;

namespace Prunus.Lottery.Masks;

/// <summary>A weight with the units it leads between.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Outputs">Units of its first dimension.</param>
/// <param name="Inputs">Units of its second dimension.</param>
/// <param name="Mask">What of it is kept, [out, in, …].</param>
internal sealed record MaskedWeight(string Name, VisionAxis Outputs, VisionAxis Inputs, Mask Mask)
{
    private readonly int _row = Mask.Count / (int)Mask.Shape[0];
    private readonly int _kernel = Mask.Count / (int)(Mask.Shape[0] * Mask.Shape[1]);

    /// <summary>The unit that an element leads to.</summary>
    public int OutputOf(int index) => Outputs.Offset + (index / _row / Outputs.UnitSize);

    /// <summary>The unit that it leads away from.</summary>
    public int InputOf(int index) => Inputs.Offset + (index % _row / _kernel / Inputs.UnitSize);

    /// <summary>What of it lies between living units; pixels and classes always live.</summary>
    public MaskedWeight Between(Dictionary<string, bool[]> alive)
    {
        bool[]? to = Outputs.Name is { } o ? alive[o] : null, from = Inputs.Name is { } i ? alive[i] : null;
        var kept = new bool[Mask.Count];
        foreach (var at in Mask.KeptIndices())
        {
            kept[at] = (to?[OutputOf(at)] ?? true) && (from?[InputOf(at)] ?? true);
        }

        return this with { Mask = Mask.Of(Mask.Shape, kept) };
    }
}
