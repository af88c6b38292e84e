namespace Prunus.Checkpoints;

/// <summary>Spelling and width of the element types of the safetensors format.</summary>
internal static class SafetensorsTypes
{
    private static readonly (string Name, ElementType Type, int Bits)[] All =
    [
        ("F64", ElementType.F64, 64), ("F32", ElementType.F32, 32), ("F16", ElementType.F16, 16), ("BF16", ElementType.BF16, 16),
        ("F8_E4M3", ElementType.F8E4M3, 8), ("F8_E5M2", ElementType.F8E5M2, 8), ("F8_E8M0", ElementType.F8E8M0, 8),
        ("F6_E2M3", ElementType.F6E2M3, 6), ("F6_E3M2", ElementType.F6E3M2, 6), ("F4", ElementType.F4, 4), ("C64", ElementType.C64, 64),
        ("I64", ElementType.I64, 64), ("I32", ElementType.I32, 32), ("I16", ElementType.I16, 16), ("I8", ElementType.I8, 8),
        ("U64", ElementType.U64, 64), ("U32", ElementType.U32, 32), ("U16", ElementType.U16, 16), ("U8", ElementType.U8, 8),
        ("BOOL", ElementType.Bool, 8),
    ];

    private static readonly Dictionary<string, ElementType> ByName = All.ToDictionary(t => t.Name, t => t.Type, StringComparer.Ordinal);

    private static readonly Dictionary<ElementType, (string Name, int Bits)> ByType = All.ToDictionary(t => t.Type, t => (t.Name, t.Bits));

    public static bool TryParse(string name, out ElementType type) => ByName.TryGetValue(name, out type);

    public static string Name(ElementType type) => ByType[type].Name;

    /// <summary>Bits of one element: 4 and 6 for the types that pack several into a byte.</summary>
    public static int Bits(ElementType type) => ByType[type].Bits;

    /// <summary>Refuses integers and booleans as weights: quantised ones lack their scales, and token ids are none.</summary>
    /// <exception cref="PrunusInputException">The tensor holds them.</exception>
    public static void RefuseInteger(string subject, TensorEntry entry)
    {
        if (entry.Type is >= ElementType.I64 and <= ElementType.Bool)
        {
            throw new PrunusInputException(subject, $"tensor '{entry.Name}' is of {entry.StoredAs}, and weights are no integers", "store it as F32");
        }
    }
}
