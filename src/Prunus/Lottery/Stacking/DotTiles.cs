using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Prunus.Lottery.Stacking;

/// <summary>
/// C = A·Bᵗ + bias, with or without ReLU, for products of a few megaflops that fit into a core's caches: sums over 16 lanes of the common dimension, in tiles of 4×5 sums
/// that stay in registers. One thread; the same bits on every machine.
/// </summary>
internal static unsafe class DotTiles
{
    private const int Rows = 4, Columns = 5, Lanes = 16;

    /// <param name="a">[rows,depth].</param>
    /// <param name="b">[columns,depth].</param>
    /// <param name="bias">[columns].</param>
    /// <param name="c">[rows,columns], written.</param>
    /// <param name="rows">Rows of A.</param>
    /// <param name="columns">Rows of B.</param>
    /// <param name="depth">Common dimension.</param>
    /// <param name="rectify">Whether negative results become 0.</param>
    public static void Multiply(float* a, float* b, float* bias, float* c, int rows, int columns, int depth, bool rectify)
    {
        var floor = rectify ? 0 : float.NegativeInfinity;
        if (rows < Rows || columns < Columns || depth < Lanes)
        {
            Small(a, b, bias, c, rows, columns, depth, floor);
            return;
        }

        // The last tile overlaps the one before instead of being smaller: it writes the same values again.
        for (var j = 0; j < columns; j += Columns)
        {
            var column = Math.Min(j, columns - Columns);
            for (var i = 0; i < rows; i += Rows)
            {
                var row = Math.Min(i, rows - Rows);
                Tile(a + ((long)row * depth), b + ((long)column * depth), bias + column, c + ((long)row * columns) + column, columns, depth, floor);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile(float* a, float* b, float* bias, float* c, int columns, int depth, float floor)
    {
        // What 16 doesn't divide comes first: lanes beyond it are blanked in A.
        var first = ((depth - 1) % Lanes) + 1;
        var kept = Vector512.LessThan(Vector512<int>.Indices, Vector512.Create(first)).AsSingle();
        Vector512<float> b0 = Vector512.Load(b), b1 = Vector512.Load(b + depth), b2 = Vector512.Load(b + (2 * depth)), b3 = Vector512.Load(b + (3 * depth)), b4 = Vector512.Load(b + (4 * depth));
        var x = Vector512.Load(a) & kept;
        Vector512<float> s00 = x * b0, s01 = x * b1, s02 = x * b2, s03 = x * b3, s04 = x * b4;
        x = Vector512.Load(a + depth) & kept;
        Vector512<float> s10 = x * b0, s11 = x * b1, s12 = x * b2, s13 = x * b3, s14 = x * b4;
        x = Vector512.Load(a + (2 * depth)) & kept;
        Vector512<float> s20 = x * b0, s21 = x * b1, s22 = x * b2, s23 = x * b3, s24 = x * b4;
        x = Vector512.Load(a + (3 * depth)) & kept;
        Vector512<float> s30 = x * b0, s31 = x * b1, s32 = x * b2, s33 = x * b3, s34 = x * b4;
        var q = b + first;
        for (float* p = a + first, end = a + depth; p < end; p += Lanes, q += Lanes)
        {
            b0 = Vector512.Load(q);
            b1 = Vector512.Load(q + depth);
            b2 = Vector512.Load(q + (2 * depth));
            b3 = Vector512.Load(q + (3 * depth));
            b4 = Vector512.Load(q + (4 * depth));
            x = Vector512.Load(p);
            s00 = Vector512.FusedMultiplyAdd(x, b0, s00);
            s01 = Vector512.FusedMultiplyAdd(x, b1, s01);
            s02 = Vector512.FusedMultiplyAdd(x, b2, s02);
            s03 = Vector512.FusedMultiplyAdd(x, b3, s03);
            s04 = Vector512.FusedMultiplyAdd(x, b4, s04);
            x = Vector512.Load(p + depth);
            s10 = Vector512.FusedMultiplyAdd(x, b0, s10);
            s11 = Vector512.FusedMultiplyAdd(x, b1, s11);
            s12 = Vector512.FusedMultiplyAdd(x, b2, s12);
            s13 = Vector512.FusedMultiplyAdd(x, b3, s13);
            s14 = Vector512.FusedMultiplyAdd(x, b4, s14);
            x = Vector512.Load(p + (2 * depth));
            s20 = Vector512.FusedMultiplyAdd(x, b0, s20);
            s21 = Vector512.FusedMultiplyAdd(x, b1, s21);
            s22 = Vector512.FusedMultiplyAdd(x, b2, s22);
            s23 = Vector512.FusedMultiplyAdd(x, b3, s23);
            s24 = Vector512.FusedMultiplyAdd(x, b4, s24);
            x = Vector512.Load(p + (3 * depth));
            s30 = Vector512.FusedMultiplyAdd(x, b0, s30);
            s31 = Vector512.FusedMultiplyAdd(x, b1, s31);
            s32 = Vector512.FusedMultiplyAdd(x, b2, s32);
            s33 = Vector512.FusedMultiplyAdd(x, b3, s33);
            s34 = Vector512.FusedMultiplyAdd(x, b4, s34);
        }

        Put(s00, s01, s02, s03, s04, bias, c, floor);
        Put(s10, s11, s12, s13, s14, bias, c + columns, floor);
        Put(s20, s21, s22, s23, s24, bias, c + (2 * columns), floor);
        Put(s30, s31, s32, s33, s34, bias, c + (3 * columns), floor);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(Vector512<float> s0, Vector512<float> s1, Vector512<float> s2, Vector512<float> s3, Vector512<float> s4, float* bias, float* c, float floor)
    {
        c[0] = MathF.Max(Vector512.Sum(s0) + bias[0], floor);
        c[1] = MathF.Max(Vector512.Sum(s1) + bias[1], floor);
        c[2] = MathF.Max(Vector512.Sum(s2) + bias[2], floor);
        c[3] = MathF.Max(Vector512.Sum(s3) + bias[3], floor);
        c[4] = MathF.Max(Vector512.Sum(s4) + bias[4], floor);
    }

    private static void Small(float* a, float* b, float* bias, float* c, int rows, int columns, int depth, float floor)
    {
        for (var i = 0; i < rows; i++)
        {
            for (var j = 0; j < columns; j++)
            {
                var sum = 0f;
                for (var k = 0; k < depth; k++)
                {
                    sum = MathF.FusedMultiplyAdd(a[((long)i * depth) + k], b[((long)j * depth) + k], sum);
                }

                c[((long)i * columns) + j] = MathF.Max(sum + bias[j], floor);
            }
        }
    }
}
