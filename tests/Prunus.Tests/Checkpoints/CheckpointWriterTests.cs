using System.Text.Json.Nodes;
using Prunus.Checkpoints;

namespace Prunus.Tests.Checkpoints;

public sealed class CheckpointWriterTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("prunus-writer-").FullName;

    private string Target => Path.Combine(_root, "out");

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private static readonly TensorSource[] Tensors =
    [
        TensorSource.Of("b", ElementType.BF16, [3], () => new[] { 1f, -2f, 0.5f }),
        TensorSource.Of("a", ElementType.F32, [2, 2], () => new[] { 1f, 2f, 3f, 4f }),
        TensorSource.Of("ids", [2], [7L, -7L]),
        TensorSource.Of("h", ElementType.F16, [1], () => new[] { 0.1f }),
    ];

    private static readonly JsonObject Config = new() { ["model_type"] = "llama", ["name"] = "プルーヌス" };

    private void Write(IReadOnlyList<TensorSource> tensors, long maxShardBytes = CheckpointWriter.DefaultShardBytes) => CheckpointWriter.Write(
        Target, Config, tensors, new Dictionary<string, byte[]> { ["tokenizer.json"] = "{}"u8.ToArray() },
        new ModelCard { Title = "t", Licence = "apache-2.0", Tags = ["pruned"] }.ToMarkdown(), maxShardBytes);

    [Theory]
    [InlineData(CheckpointWriter.DefaultShardBytes, 1)]
    [InlineData(20, 3)]
    [InlineData(1, 4)]
    public void What_is_written_reads_back(long maxShardBytes, int shards)
    {
        Write(Tensors, maxShardBytes);
        Assert.Equal(shards, Directory.GetFiles(Target, "*.safetensors").Length);
        Assert.Equal(shards > 1, File.Exists(Path.Combine(Target, "model.safetensors.index.json")));
        Assert.Equal([Target], Directory.GetFileSystemEntries(_root));
        using var read = Checkpoint.Open(Target);
        Assert.Equal([1f, -2f, 0.5f], read.ReadAll("b"));
        Assert.Equal([1f, 2f, 3f, 4f], read.ReadAll("a"));
        Assert.Equal([2L, 2L], read.Tensors["a"].Shape);
        Assert.Equal([7f, -7f], read.ReadAll("ids"));
        Assert.Equal((float)(Half)0.1f, read.ReadAll("h")[0]);
        Assert.True(JsonNode.DeepEquals(Config, read.Config));
        Assert.Equal("apache-2.0", read.Licence);
        Assert.Equal("tokenizer.json", Assert.Single(read.CarriedFiles).Key);
    }

    [Fact]
    public void The_header_is_aligned_and_the_order_of_sources_does_not_matter()
    {
        static byte[] Bytes(IEnumerable<TensorSource> tensors)
        {
            using var stream = new MemoryStream();
            SafetensorsWriter.Write(stream, tensors, null);
            return stream.ToArray();
        }

        var bytes = Bytes(Tensors);
        Assert.Equal(0, BitConverter.ToInt64(bytes) % 8);
        Assert.Equal(bytes, Bytes(Tensors.Reverse()));
    }

    [Fact]
    public void Rounding_to_bfloat16_goes_to_the_nearest_and_ties_to_even()
    {
        float[] values = [BitConverter.UInt32BitsToSingle(0x3F808000), BitConverter.UInt32BitsToSingle(0x3F818000), BitConverter.UInt32BitsToSingle(0x3F808001), float.NaN, float.PositiveInfinity, float.MaxValue];
        SafetensorsWriter.Write(Target, [TensorSource.Of("x", ElementType.BF16, [6], () => values)]);
        using var file = SafetensorsFile.Open(Target);
        var read = new float[6];
        file.Read("x", 0, read);
        Assert.Equal([0x3F800000u, 0x3F820000u, 0x3F810000u], read[..3].Select(BitConverter.SingleToUInt32Bits));
        Assert.Equal([float.NaN, float.PositiveInfinity, float.PositiveInfinity], read[3..]);
    }

    [Fact]
    public void A_folder_in_use_is_refused_and_an_empty_one_is_not()
    {
        Directory.CreateDirectory(Target);
        Write(Tensors);
        var before = File.ReadAllBytes(Path.Combine(Target, "model.safetensors"));
        Assert.Contains("not empty", Assert.Throws<PrunusInputException>(() => Write(Tensors)).Message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(Path.Combine(Target, "model.safetensors")));
    }

    [Fact]
    public void A_full_disk_leaves_nothing_behind()
    {
        TensorSource full = new("x", ElementType.F32, [1], () => throw new IOException("No space left on device"));
        Assert.Contains("No space left", Assert.Throws<PrunusRunException>(() => Write([.. Tensors, full])).Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_root));
    }

    [Fact]
    public void What_a_killed_run_left_behind_does_not_matter()
    {
        var partial = Directory.CreateDirectory(Path.Combine(_root, ".out.partial"));
        File.WriteAllText(Path.Combine(partial.FullName, "model.safetensors"), "half");
        Write(Tensors);
        Assert.Equal([Target], Directory.GetFileSystemEntries(_root));
    }

    [Fact]
    public void Sources_that_lie_are_refused()
    {
        TensorSource short_ = new("x", ElementType.F32, [2], () => [new byte[4]]);
        Assert.Throws<InvalidOperationException>(() => Write([short_]));
        Assert.Throws<ArgumentException>(() => Write([Tensors[0], Tensors[0]]));
        Assert.Throws<ArgumentException>(() => Write([Tensors[0], Tensors[0]], 1));
        Assert.Empty(Directory.GetFileSystemEntries(_root));
    }

    [Fact]
    public void The_model_card_names_licence_donor_and_tags()
    {
        var card = new ModelCard
        {
            Title = "Small", Licence = "apache-2.0", BaseModel = "C:\\models: \"x\"", Tags = ["pruned", "no"], Sections = [("How", "By *pruning*.")],
        }.ToMarkdown();
        Assert.StartsWith("---\nlicense: apache-2.0\nbase_model: \"C:\\\\models: \\u0022x\\u0022\"\nlibrary_name: transformers\n", card, StringComparison.Ordinal);
        Assert.Contains("tags:\n- pruned\n- \"no\"\n---\n", card, StringComparison.Ordinal);
        Assert.Contains("\n## How\n\nBy *pruning*.\n", card, StringComparison.Ordinal);
    }
}
