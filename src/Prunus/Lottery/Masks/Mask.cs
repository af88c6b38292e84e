using System.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Lottery.Masks;

/// <summary>Which elements of one tensor are kept. Immutable; a bit an element, in row-major order.</summary>
public sealed class Mask : IEquatable<Mask>
{
    private readonly ulong[] _bits;

    private Mask(IReadOnlyList<long> shape, ulong[] bits)
    {
        (Shape, _bits) = (shape, bits);
        Count = (int)shape.Aggregate(1L, (n, d) => checked(n * d));
        Kept = (int)bits.Sum(b => (long)BitOperations.PopCount(b));
    }

    /// <summary>Dimensions of the tensor.</summary>
    public IReadOnlyList<long> Shape { get; }

    /// <summary>Elements of the tensor.</summary>
    public int Count { get; }

    /// <summary>Elements that are kept.</summary>
    public int Kept { get; }

    /// <summary>Kept / count; 1 for a tensor without elements.</summary>
    public double Density => Count == 0 ? 1 : (double)Kept / Count;

    /// <summary>Whether the element at a flat row-major index is kept.</summary>
    public bool this[int index] => (uint)index < (uint)Count ? (_bits[index >> 6] >> (index & 63) & 1) != 0 : throw new ArgumentOutOfRangeException(nameof(index));

    /// <summary>A mask from a rule for each flat index.</summary>
    public static Mask Where(IReadOnlyList<long> shape, Func<int, bool> kept)
    {
        var count = (int)shape.Aggregate(1L, (n, d) => checked(n * d));
        var bits = new ulong[(count + 63) / 64];
        for (var i = 0; i < count; i++)
        {
            bits[i >> 6] |= kept(i) ? 1UL << (i & 63) : 0;
        }

        return new Mask([.. shape], bits);
    }

    /// <summary>Keeps everything.</summary>
    public static Mask Full(IReadOnlyList<long> shape) => Where(shape, _ => true);

    /// <summary>From a tensor of any numeric type: what is not zero is kept.</summary>
    public static Mask FromTensor(Tensor tensor)
    {
        using var scope = NewDisposeScope();
        var values = tensor.detach().to(ScalarType.Bool).to(ScalarType.Byte).cpu().contiguous().data<byte>().ToArray();
        return Where(tensor.shape, i => values[i] != 0);
    }

    /// <summary>0 and 1 in a tensor of <see cref="Shape"/>, owned by the caller's dispose scope.</summary>
    public Tensor ToTensor(Device device, ScalarType type = ScalarType.Float32)
    {
        var values = new byte[Count];
        for (var i = 0; i < Count; i++)
        {
            values[i] = this[i] ? (byte)1 : (byte)0;
        }

        using var bytes = tensor(values, [.. Shape]);
        using var there = bytes.to(device);
        return there.to(type);
    }

    /// <summary>Flat indices of what is kept, ascending.</summary>
    public IEnumerable<int> KeptIndices()
    {
        for (var word = 0; word < _bits.Length; word++)
        {
            for (var left = _bits[word]; left != 0; left &= left - 1)
            {
                yield return word * 64 + BitOperations.TrailingZeroCount(left);
            }
        }
    }

    /// <summary>Kept in both.</summary>
    public Mask And(Mask other) => Combine(other, (a, b) => a & b);

    /// <summary>Kept in either.</summary>
    public Mask Or(Mask other) => Combine(other, (a, b) => a | b);

    public bool Equals(Mask? other) => other is not null && Shape.SequenceEqual(other.Shape) && _bits.AsSpan().SequenceEqual(other._bits);

    public override bool Equals(object? obj) => Equals(obj as Mask);

    public override int GetHashCode() => HashCode.Combine(Count, Kept, _bits.Length > 0 ? _bits[0] : 0);

    private Mask Combine(Mask other, Func<ulong, ulong, ulong> word) => Shape.SequenceEqual(other.Shape)
        ? new Mask(Shape, [.. _bits.Zip(other._bits, word)])
        : throw new ArgumentException($"masks of [{string.Join(",", Shape)}] and [{string.Join(",", other.Shape)}] have different shapes", nameof(other));
}
