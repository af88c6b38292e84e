namespace Prunus.Checkpoints.Gguf;

/// <summary>Types of GGUF metadata values, by their numbers in the file.</summary>
public enum GgufValueType
{
    UInt8 = 0, Int8 = 1, UInt16 = 2, Int16 = 3, UInt32 = 4, Int32 = 5, Float32 = 6, Bool = 7, String = 8, Array = 9,
    UInt64 = 10, Int64 = 11, Float64 = 12,
}

/// <summary>One metadata value.</summary>
/// <param name="Type">Its type in the file.</param>
/// <param name="ElementType">Type of the elements of an array, else null.</param>
/// <param name="Value">
/// <see cref="byte"/>, <see cref="sbyte"/> … <see cref="string"/>; an array of one of them; an array of <see cref="GgufValue"/> for arrays of arrays.
/// </param>
public sealed record GgufValue(GgufValueType Type, GgufValueType? ElementType, object Value);
