using Prunus.Randomness;

namespace Prunus.Datasets;

/// <summary>
/// Batches of token blocks out of a mixture of sources, in an order that is a pure function of (seed, step): nothing has to be kept to
/// resume. Each source is cut into n blocks in text order (a shorter last one is left out) and gives its k slots to every batch; slot j of
/// step t holds block ((t·k + j) · stride + offset) mod n. The stride is 7919, or the next prime that does not divide n, so every block
/// comes once before any comes again; the offset is 0 for seed 0, else a random block of the source.
/// </summary>
public sealed class PackedBlocks
{
    private readonly MixtureSource[] _sources;
    private readonly long[] _blocks;
    private readonly long[] _strides;
    private readonly long[] _offsets;

    /// <param name="sources">Sources; their slots, in this order, make the batch.</param>
    /// <param name="blockLength">Tokens in a block.</param>
    /// <param name="seed">Seed of the order.</param>
    /// <exception cref="PrunusInputException">No sources, no slots, or a source shorter than one block.</exception>
    public PackedBlocks(IReadOnlyList<MixtureSource> sources, int blockLength, ulong seed)
    {
        if (sources.Count == 0 || blockLength < 1)
        {
            throw new PrunusInputException("data", "has no sources or no tokens in a block", "name at least one source and a positive length");
        }

        foreach (var (tokens, slots) in sources)
        {
            if (slots < 1 || tokens.Ids.Length < blockLength)
            {
                throw new PrunusInputException(
                    tokens.Name, $"has {tokens.Ids.Length} tokens and {slots} slots for blocks of {blockLength}", "give more text, shorter blocks, or a larger batch");
            }
        }

        _sources = [.. sources];
        BlockLength = blockLength;
        BatchSize = _sources.Sum(source => source.Slots);
        _blocks = [.. _sources.Select(source => (long)(source.Tokens.Ids.Length / blockLength))];
        _strides = Array.ConvertAll(_blocks, Stride);
        _offsets = [.. _blocks.Select((n, i) => seed == 0 ? 0L : new Philox4x32(seed, (ulong)i).Below(0, (int)n))];
    }

    public int BlockLength { get; }

    /// <summary>Blocks in a batch: the slots of all sources.</summary>
    public int BatchSize { get; }

    /// <summary>Tokens that a batch holds.</summary>
    public long TokensPerStep => (long)BatchSize * BlockLength;

    /// <summary>The batch of a step, [batch, length].</summary>
    public int[,] Batch(long step)
    {
        var batch = new int[BatchSize, BlockLength];
        var row = 0;
        foreach (var block in BlocksOf(step))
        {
            for (var i = 0; i < BlockLength; i++)
            {
                batch[row, i] = block.Span[i];
            }

            row++;
        }

        return batch;
    }

    /// <summary>Writes the batch of a step, row by row, as 64-bit ids.</summary>
    /// <param name="step">Step, from 0.</param>
    /// <param name="destination">Exactly <see cref="TokensPerStep"/> elements.</param>
    public void Fill(long step, Span<long> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(destination.Length, TokensPerStep);
        var at = 0;
        foreach (var block in BlocksOf(step))
        {
            foreach (var id in block.Span)
            {
                destination[at++] = id;
            }
        }
    }

    /// <summary>Which block of its source a slot of a step holds.</summary>
    public long BlockIndex(int source, long step, int slot)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        // 128 bits: the product of a long training's step with the stride must not wrap.
        var draw = (Int128)step * _sources[source].Slots + slot;
        return (long)((draw * _strides[source] + _offsets[source]) % _blocks[source]);
    }

    /// <summary>How often each source has been gone through after so many steps.</summary>
    public IReadOnlyList<(string Name, long Blocks, double Epochs)> Epochs(long steps) =>
        [.. _sources.Select((source, i) => (source.Tokens.Name, _blocks[i], (double)steps * source.Slots / _blocks[i]))];

    private IEnumerable<ReadOnlyMemory<int>> BlocksOf(long step)
    {
        for (var source = 0; source < _sources.Length; source++)
        {
            for (var slot = 0; slot < _sources[source].Slots; slot++)
            {
                yield return _sources[source].Tokens.Ids.AsMemory((int)(BlockIndex(source, step, slot) * BlockLength), BlockLength);
            }
        }
    }

    private static long Stride(long blocks)
    {
        var stride = 7919L;
        while (blocks % stride == 0 || !IsPrime(stride))
        {
            stride += 2;
        }

        return stride;
    }

    private static bool IsPrime(long number)
    {
        for (var divisor = 3L; divisor * divisor <= number; divisor += 2)
        {
            if (number % divisor == 0)
            {
                return false;
            }
        }

        return true;
    }
}
