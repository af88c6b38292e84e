using Prunus.Randomness;

namespace Prunus.Batches;

/// <summary>The random choices of an epoch, pure functions of (seed, epoch): the order of images and, per place in that order, where it is cut and whether it is mirrored.</summary>
public static class EpochDraws
{
    // Streams: kind in the upper half, epoch in the lower one.
    private const ulong OrderStream = 0x494D_4F52UL << 32, AugmentationStream = 0x494D_4155UL << 32;

    /// <summary>Order of an epoch: a permutation of 0 … count-1.</summary>
    public static int[] Order(ulong seed, uint epoch, int count) => new Philox4x32(seed, OrderStream | epoch).Permutation(count);

    /// <summary>[count,3] per place in the order: first row and first column of the cut in the padded image (0 to 2·padding), 1 for mirrored.</summary>
    public static byte[] Augmentation(ulong seed, uint epoch, int count, AugmentationOptions options)
    {
        var draw = new Philox4x32(seed, AugmentationStream | epoch);
        var positions = 2 * options.Padding + 1;
        var drawn = new byte[checked(3 * count)];
        for (var i = 0; i < count; i++)
        {
            // Four indices a place, whatever the options: turning the mirror off doesn't move the cuts.
            var at = 4 * (ulong)i;
            drawn[3 * i] = (byte)draw.Below(at, positions);
            drawn[3 * i + 1] = (byte)draw.Below(at + 1, positions);
            drawn[3 * i + 2] = options.Flip ? (byte)draw.Below(at + 2, 2) : (byte)0;
        }

        return drawn;
    }
}
