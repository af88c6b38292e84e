using System.Numerics;

namespace Prunus.Lottery.Tickets;

/// <summary>Says how likely the next bit of a mask [rows, columns] is 1, from the bits before it in row-major order. First layers keep whole columns empty (pixels at the
/// border), other layers whole rows: the density of the column and of the row so far are what tells.</summary>
internal sealed class MaskModel(MaskCoding coding, int columns)
{
    private const int Half = 57;
    private readonly AdaptiveBit[] _bits = new AdaptiveBit[2 * Half];
    private readonly int[] _keptInColumn = new int[columns];
    private int _row, _column, _keptInRow, _context;
    private long _kept, _seen;
    private uint _guess;

    /// <summary>Of a 1, in 1/65536: 1 to 65535.</summary>
    public uint Probability()
    {
        var all = Share(_kept, _seen, 1 << 15, 1);
        _guess = coding switch
        {
            MaskCoding.Density => all,
            MaskCoding.Columns => Share(_keptInColumn[_column], _row, all, 4),
            _ => Math.Min(1 << 16, (uint)((ulong)Share(_keptInColumn[_column], _row, all, 4) * Share(_keptInRow, _column, all, 16) / Math.Max(all, 1))),
        };
        _context = coding == MaskCoding.Density ? 0 : Bucket(_guess);
        return _bits[_context].Probability(_guess);
    }

    /// <summary>Tells what the bit was.</summary>
    public void Update(bool bit)
    {
        _bits[_context].Update(bit, _guess);
        _seen++;
        if (bit)
        {
            _kept++;
            _keptInRow++;
            _keptInColumn[_column]++;
        }

        if (++_column == columns)
        {
            (_row, _column, _keptInRow) = (_row + 1, 0, 0);
        }
    }

    // Share in 1/65536 of what was kept, drawn towards the prior by as many bits as its weight.
    private static uint Share(long kept, long seen, uint prior, uint weight) => (uint)(((kept << 16) + weight * prior) / (seen + weight));

    // Quarters of octaves of the share, or of its distance to 1.
    private static int Bucket(uint share)
    {
        var small = share > 1 << 15 ? (1 << 16) - share : share;
        var octave = BitOperations.Log2(small | 1);
        var bucket = small < 4 ? (int)small : 4 * (octave - 1) + (int)((small >> (octave - 2)) & 3);
        return share > 1 << 15 ? Half + bucket : bucket;
    }
}
