using Prunus.Checkpoints;
using Prunus.Decoders;
using Prunus.Tests.Checkpoints.Gguf;
using Prunus.Tokenizers;

namespace Prunus.Tests.Checkpoints.Corruption;

/// <summary>
/// More than 100,000 damaged files, in memory: each either opens and reads, or fails with the one exception that is told to the user;
/// and none makes us take memory that its own size does not justify.
/// </summary>
public sealed class CorruptionTests
{
    private const int Seed = 20_25_11;

    // A file of a few kB must not cost more than this to refuse or read.
    private const long MostMemory = 8 << 20;

    [Fact]
    public void Damaged_safetensors_files() => Try(20_000, SmallFiles.Safetensors, bytes =>
    {
        using var file = SafetensorsFile.Open(new FileBytes("f", bytes));
        foreach (var (name, entry) in file.Tensors)
        {
            Tolerate(() => file.Read(name, 0, new float[entry.ElementCount]));
            Tolerate(() => file.ReadInt64(name));
        }
    });

    [Fact]
    public void Damaged_gguf_files_with_byte_level_tokenizer() => Try(25_000, SmallFiles.Llama, ReadGguf);

    [Fact]
    public void Damaged_gguf_files_with_pieces() => Try(15_000, SmallFiles.Gemma, ReadGguf);

    [Fact]
    public void Damaged_gguf_files_with_turned_layers() => Try(10_000, SmallFiles.Gpt2, ReadGguf);

    [Fact]
    public void Damaged_configs() => Try(15_000, SmallFiles.Config, bytes =>
        DecoderConfig.FromHuggingFace(StrictJson.Object("config.json", bytes, StrictJson.ConfigLimit), "config.json"));

    [Fact]
    public void Damaged_indexes() => Try(10_000, SmallFiles.Index, bytes => ReadFolder("model.safetensors.index.json", bytes));

    [Fact]
    public void Damaged_shards() => Try(10_000, SmallFiles.Shard2, bytes => ReadFolder("model-2.safetensors", bytes));

    [Fact]
    public void Damaged_tokenizers() => Try(10_000, SmallFiles.Tokenizer, bytes =>
    {
        var tokenizer = Tokenizer.FromFiles(new Dictionary<string, byte[]> { ["tokenizer.json"] = bytes }, "folder");
        tokenizer.Decode(tokenizer.Encode("ab <s>ab 12", parseSpecial: true, addSpecial: true));
    });

    private static void ReadGguf(byte[] bytes)
    {
        using var checkpoint = GgufCheckpointTests.Open(bytes);
        foreach (var name in checkpoint.Tensors.Keys)
        {
            checkpoint.ReadAll(name);
        }

        _ = checkpoint.Fingerprint;
        Tolerate(() => _ = checkpoint.Licence);
        Tolerate(() => DecoderConfig.FromHuggingFace(checkpoint.Config, "f"));
        _ = checkpoint.CarriedFiles;
    }

    private static void ReadFolder(string damaged, byte[] bytes)
    {
        using var checkpoint = HuggingFaceCheckpointTests.Open(
            ("config.json", SmallFiles.Config), ("model.safetensors.index.json", SmallFiles.Index),
            ("model-1.safetensors", SmallFiles.Shard1), ("model-2.safetensors", SmallFiles.Shard2), (damaged, bytes));
        foreach (var name in checkpoint.Tensors.Keys)
        {
            checkpoint.ReadAll(name);
        }
    }

    private static void Try(int mutations, byte[] original, Action<byte[]> read)
    {
        read(original);
        var opened = 0;
        Parallel.For(0, mutations, new ParallelOptions { MaxDegreeOfParallelism = 2 }, i =>
        {
            var bytes = new Mutator(Seed + i).Mutate(original);
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                read(bytes);
                Interlocked.Increment(ref opened);
            }
            catch (PrunusInputException)
            {
            }
            catch (Exception e)
            {
                Assert.Fail($"mutation {i}: {e}");
            }

            var taken = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(taken < MostMemory, $"mutation {i} took {taken} bytes");
        });

        // Some damage changes only values; if nothing opened, nothing but the first check would have been tested.
        Assert.InRange(opened, 1, mutations - 1);
    }

    private static void Tolerate(Action read)
    {
        try
        {
            read();
        }
        catch (PrunusInputException)
        {
        }
    }
}
