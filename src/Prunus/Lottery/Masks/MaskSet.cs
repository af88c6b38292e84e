namespace Prunus.Lottery.Masks;

/// <summary>A mask for every prunable tensor of a net, in the order of the pass. What it does not name is never masked.</summary>
public sealed class MaskSet
{
    private readonly Dictionary<string, Mask> _masks;

    public MaskSet(IEnumerable<(string Name, Mask Mask)> masks)
    {
        // Once: what makes the masks may be slow, or draw.
        var all = masks.ToList();
        Names = [.. all.Select(m => m.Name)];
        _masks = all.ToDictionary(m => m.Name, m => m.Mask, StringComparer.Ordinal);
    }

    /// <summary>Names in the order of the pass.</summary>
    public IReadOnlyList<string> Names { get; }

    public Mask this[string name] => _masks[name];

    /// <summary>Whether the tensor has a mask.</summary>
    public bool Covers(string name) => _masks.ContainsKey(name);

    /// <summary>Elements of all masks together.</summary>
    public long Count => _masks.Values.Sum(m => (long)m.Count);

    /// <summary>Kept elements of all masks together.</summary>
    public long Kept => _masks.Values.Sum(m => (long)m.Kept);

    /// <summary>Pm: share of prunable weights that is left, 0 to 1.</summary>
    public double Density => (double)Kept / Count;

    /// <summary>Keeps every prunable weight.</summary>
    public static MaskSet Full(IEnumerable<TicketTensor> tensors) => new(tensors.Where(t => t.IsPrunable).Select(t => (t.Name, Mask.Full(t.Shape))));

    /// <summary>Another set with other masks of the same names.</summary>
    public MaskSet Select(Func<string, Mask, Mask> change) => new(Names.Select(n => (n, change(n, _masks[n]))));
}
