namespace Prunus.Checkpoints;

/// <summary>Values of the floats of 4 to 8 bits (OCP 8-bit and microscaling formats), tabulated once.</summary>
internal static class SmallFloats
{
    private static readonly float[] E4M3 = Table(8, 4, 3, code => (code & 0x7F) == 0x7F ? float.NaN : null);
    private static readonly float[] E5M2 = Table(8, 5, 2, code => (code & 0x7F) switch
    {
        0x7C => (code & 0x80) == 0 ? float.PositiveInfinity : float.NegativeInfinity,
        > 0x7C => float.NaN,
        _ => null,
    });

    private static readonly float[] E2M3 = Table(6, 2, 3, _ => null);
    private static readonly float[] E3M2 = Table(6, 3, 2, _ => null);
    private static readonly float[] E2M1 = Table(4, 2, 1, _ => null);

    // A bare power of two without sign; all ones is NaN.
    private static readonly float[] E8M0 = [.. Enumerable.Range(0, 256).Select(code => code == 255 ? float.NaN : (float)Math.ScaleB(1, code - 127))];

    /// <summary>Value by code, or null when <paramref name="type"/> is no such type.</summary>
    public static float[]? Values(ElementType type) => type switch
    {
        ElementType.F8E4M3 => E4M3,
        ElementType.F8E5M2 => E5M2,
        ElementType.F8E8M0 => E8M0,
        ElementType.F6E2M3 => E2M3,
        ElementType.F6E3M2 => E3M2,
        ElementType.F4 => E2M1,
        _ => null,
    };

    private static float[] Table(int bits, int exponentBits, int mantissaBits, Func<int, float?> special)
    {
        var bias = (1 << (exponentBits - 1)) - 1;
        var values = new float[1 << bits];
        for (var code = 0; code < values.Length; code++)
        {
            var exponent = (code >> mantissaBits) & ((1 << exponentBits) - 1);
            var mantissa = code & ((1 << mantissaBits) - 1);
            var significand = exponent == 0 ? mantissa : mantissa + (1 << mantissaBits);
            var magnitude = Math.ScaleB(significand, Math.Max(exponent, 1) - bias - mantissaBits);
            values[code] = special(code) ?? (float)((code >> (bits - 1)) == 0 ? magnitude : -magnitude);
        }

        return values;
    }
}
