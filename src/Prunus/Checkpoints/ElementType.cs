namespace Prunus.Checkpoints;

/// <summary>Element types of the safetensors format (its spelling) plus GGUF's block types, which are read as F32.</summary>
public enum ElementType
{
    F64, F32, F16, BF16, F8E4M3, F8E5M2, F8E8M0, F6E2M3, F6E3M2, F4, C64,
    I64, I32, I16, I8, U64, U32, U16, U8, Bool,
    /// <summary>A GGUF block type (Q4_1, Q6_K …); <see cref="TensorEntry.StoredAs"/> names it.</summary>
    Quantised,
}
