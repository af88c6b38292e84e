using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Prunus.Lottery.Stacking;

/// <summary>
/// C[i,j] = Σ_k A[i,k]·B[k,j], A at any strides (so A·B and Aᵗ·B alike): sums of outer products in tiles of 5×64 that stay in registers. As <see cref="DotTiles"/> for
/// products that fit into a core's caches.
/// </summary>
internal static unsafe class OuterTiles
{
    /// <summary>Rows of a tile.</summary>
    public const int Rows = 5;

    private const int Lanes = 16, Wide = 4 * Lanes;

    /// <param name="a">Element (i,k) is at i·rowStride + k·depthStride.</param>
    /// <param name="rowStride">Of A.</param>
    /// <param name="depthStride">Of A.</param>
    /// <param name="b">[depth,columns].</param>
    /// <param name="c">[rows,columns], written.</param>
    /// <param name="rows">Rows of A.</param>
    /// <param name="columns">Columns of B.</param>
    /// <param name="depth">Common dimension.</param>
    public static void Multiply(float* a, int rowStride, int depthStride, float* b, float* c, int rows, int columns, int depth)
    {
        if (rows < Rows || columns < Lanes)
        {
            Small(a, rowStride, depthStride, b, c, rows, columns, depth);
            return;
        }

        // The last tile overlaps the one before instead of being smaller: it writes the same values again.
        for (var i = 0; i < rows; i += Rows)
        {
            var row = Math.Min(i, rows - Rows);
            var from = a + ((long)row * rowStride);
            var to = c + ((long)row * columns);
            for (var j = 0; j < columns;)
            {
                var left = columns - j;
                if (left > 2 * Lanes && columns >= Wide)
                {
                    var column = Math.Min(j, columns - Wide);
                    WideTile(from, rowStride, depthStride, b + column, to + column, columns, depth);
                    j += Wide;
                }
                else
                {
                    var column = Math.Min(j, columns - Lanes);
                    NarrowTile(from, rowStride, depthStride, b + column, to + column, columns, depth);
                    j += Lanes;
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void WideTile(float* a, int rowStride, int depthStride, float* b, float* c, int columns, int depth)
    {
        Vector512<float> s00 = default, s01 = default, s02 = default, s03 = default, s10 = default, s11 = default, s12 = default, s13 = default;
        Vector512<float> s20 = default, s21 = default, s22 = default, s23 = default, s30 = default, s31 = default, s32 = default, s33 = default;
        Vector512<float> s40 = default, s41 = default, s42 = default, s43 = default;
        for (var k = 0; k < depth; k++, a += depthStride, b += columns)
        {
            Vector512<float> b0 = Vector512.Load(b), b1 = Vector512.Load(b + Lanes), b2 = Vector512.Load(b + (2 * Lanes)), b3 = Vector512.Load(b + (3 * Lanes));
            var x = Vector512.Create(a[0]);
            s00 = Vector512.FusedMultiplyAdd(x, b0, s00);
            s01 = Vector512.FusedMultiplyAdd(x, b1, s01);
            s02 = Vector512.FusedMultiplyAdd(x, b2, s02);
            s03 = Vector512.FusedMultiplyAdd(x, b3, s03);
            x = Vector512.Create(a[rowStride]);
            s10 = Vector512.FusedMultiplyAdd(x, b0, s10);
            s11 = Vector512.FusedMultiplyAdd(x, b1, s11);
            s12 = Vector512.FusedMultiplyAdd(x, b2, s12);
            s13 = Vector512.FusedMultiplyAdd(x, b3, s13);
            x = Vector512.Create(a[2 * rowStride]);
            s20 = Vector512.FusedMultiplyAdd(x, b0, s20);
            s21 = Vector512.FusedMultiplyAdd(x, b1, s21);
            s22 = Vector512.FusedMultiplyAdd(x, b2, s22);
            s23 = Vector512.FusedMultiplyAdd(x, b3, s23);
            x = Vector512.Create(a[3 * rowStride]);
            s30 = Vector512.FusedMultiplyAdd(x, b0, s30);
            s31 = Vector512.FusedMultiplyAdd(x, b1, s31);
            s32 = Vector512.FusedMultiplyAdd(x, b2, s32);
            s33 = Vector512.FusedMultiplyAdd(x, b3, s33);
            x = Vector512.Create(a[4 * rowStride]);
            s40 = Vector512.FusedMultiplyAdd(x, b0, s40);
            s41 = Vector512.FusedMultiplyAdd(x, b1, s41);
            s42 = Vector512.FusedMultiplyAdd(x, b2, s42);
            s43 = Vector512.FusedMultiplyAdd(x, b3, s43);
        }

        Put(s00, s01, s02, s03, c);
        Put(s10, s11, s12, s13, c + columns);
        Put(s20, s21, s22, s23, c + (2 * columns));
        Put(s30, s31, s32, s33, c + (3 * columns));
        Put(s40, s41, s42, s43, c + (4 * columns));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(Vector512<float> s0, Vector512<float> s1, Vector512<float> s2, Vector512<float> s3, float* c)
    {
        s0.Store(c);
        s1.Store(c + Lanes);
        s2.Store(c + (2 * Lanes));
        s3.Store(c + (3 * Lanes));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void NarrowTile(float* a, int rowStride, int depthStride, float* b, float* c, int columns, int depth)
    {
        Vector512<float> s0 = default, s1 = default, s2 = default, s3 = default, s4 = default;
        for (var k = 0; k < depth; k++, a += depthStride, b += columns)
        {
            var y = Vector512.Load(b);
            s0 = Vector512.FusedMultiplyAdd(Vector512.Create(a[0]), y, s0);
            s1 = Vector512.FusedMultiplyAdd(Vector512.Create(a[rowStride]), y, s1);
            s2 = Vector512.FusedMultiplyAdd(Vector512.Create(a[2 * rowStride]), y, s2);
            s3 = Vector512.FusedMultiplyAdd(Vector512.Create(a[3 * rowStride]), y, s3);
            s4 = Vector512.FusedMultiplyAdd(Vector512.Create(a[4 * rowStride]), y, s4);
        }

        s0.Store(c);
        s1.Store(c + columns);
        s2.Store(c + (2 * columns));
        s3.Store(c + (3 * columns));
        s4.Store(c + (4 * columns));
    }

    private static void Small(float* a, int rowStride, int depthStride, float* b, float* c, int rows, int columns, int depth)
    {
        for (var i = 0; i < rows; i++)
        {
            for (var j = 0; j < columns; j++)
            {
                var sum = 0f;
                for (var k = 0; k < depth; k++)
                {
                    sum = MathF.FusedMultiplyAdd(a[((long)i * rowStride) + ((long)k * depthStride)], b[((long)k * columns) + j], sum);
                }

                c[((long)i * columns) + j] = sum;
            }
        }
    }
}
