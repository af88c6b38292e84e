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

    /// <summary>A mask of what is true.</summary>
    /// <param name="shape">Dimensions of the tensor.</param>
    /// <param name="kept">For each flat index.</param>
    internal static Mask Of(IReadOnlyList<long> shape, ReadOnlySpan<bool> kept)
    {
        var bits = new ulong[(kept.Length + 63) / 64];
        for (var word = 0; word < bits.Length; word++)
        {
            var of = kept[(64 * word)..Math.Min(kept.Length, 64 * (word + 1))];
            var packed = 0UL;
            for (var i = 0; i < of.Length; i++)
            {
                packed |= of[i] ? 1UL << i : 0;
            }

            bits[word] = packed;
        }

        return new Mask([.. shape], bits);
    }

    /// <summary>A mask of bits, the lowest of the first word first; those behind the last element are 0.</summary>
    internal static Mask Of(IReadOnlyList<long> shape, ulong[] bits) => new([.. shape], bits);

    /// <summary>Keeps everything.</summary>
    public static Mask Full(IReadOnlyList<long> shape)
    {
        var count = (int)shape.Aggregate(1L, (n, d) => checked(n * d));
        var bits = new ulong[(count + 63) / 64];
        bits.AsSpan().Fill(ulong.MaxValue);
        if (count % 64 != 0)
        {
            bits[^1] = (1UL << (count % 64)) - 1;
        }

        return new Mask([.. shape], bits);
    }

    /// <summary>From a tensor of any numeric type: what is not zero is kept.</summary>
    public static Mask FromTensor(Tensor tensor)
    {
        using var scope = NewDisposeScope();
        return Of(tensor.shape, tensor.detach().to(ScalarType.Bool).cpu().contiguous().data<bool>().ToArray());
    }

    /// <summary>0 and 1 in a tensor of <see cref="Shape"/>, owned by the caller's dispose scope.</summary>
    public Tensor ToTensor(Device device, ScalarType type = ScalarType.Float32)
    {
        var values = new byte[Count];
        for (var word = 0; word < _bits.Length; word++)
        {
            var of = values.AsSpan(64 * word, Math.Min(64, Count - (64 * word)));
            var left = _bits[word];
            for (var i = 0; i < of.Length; i++, left >>= 1)
            {
                of[i] = (byte)(left & 1);
            }
        }

        using var bytes = tensor(values, [.. Shape]);
        using var there = bytes.to(device);
        return there.to(type);
    }

    /// <summary>Flat indices of what is kept, ascending.</summary>
    public KeptPlaces KeptIndices() => new(_bits);

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
