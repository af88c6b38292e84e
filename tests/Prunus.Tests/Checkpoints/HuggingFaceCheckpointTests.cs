using System.Text;
using Prunus.Checkpoints;

namespace Prunus.Tests.Checkpoints;

public sealed class HuggingFaceCheckpointTests
{
    private static readonly byte[] One = SafetensorsFileTests.Build("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", [0, 0, 128, 63]);
    private static readonly byte[] Two = SafetensorsFileTests.Build("""{"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", [0, 0, 0, 64]);

    internal static HuggingFaceCheckpoint Open(params (string Name, byte[] Bytes)[] files)
    {
        var folder = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var (file, content) in files)
        {
            folder[file] = content;
        }

        return new HuggingFaceCheckpoint("folder", name => folder.TryGetValue(name, out var bytes) ? new FileBytes("folder/" + name, bytes) : null);
    }

    private static (string Name, byte[] Bytes) Text(string name, string text) => (name, Encoding.UTF8.GetBytes(text));

    private static HuggingFaceCheckpoint Sharded(string map, byte[]? second = null) => Open(
        Text("config.json", "{}"), Text("model.safetensors.index.json", $$$"""{"metadata":{"total_size":8},"weight_map":{{{map}}}}"""),
        ("model-1.safetensors", One), ("model-2.safetensors", second ?? Two));

    [Fact]
    public void Every_golden_folder_opens_and_reads()
    {
        foreach (var folder in Directory.EnumerateDirectories(SharedFiles.Path("goldens", "decoders")))
        {
            using var checkpoint = Checkpoint.Open(folder);
            Assert.NotNull(checkpoint.Config["model_type"]);
            Assert.DoesNotContain("logits", checkpoint.Tensors.Keys);
            Assert.Contains("generation_config.json", checkpoint.CarriedFiles.Keys);
            Assert.Null(checkpoint.Licence);
            Assert.Equal(64, checkpoint.Fingerprint.Length);
            foreach (var (name, entry) in checkpoint.Tensors)
            {
                Assert.Equal(entry.ElementCount, checkpoint.ReadAll(name).Count(float.IsFinite));
            }
        }
    }

    [Fact]
    public void Shards_are_found_through_the_index()
    {
        using var checkpoint = Sharded("""{"a":"model-1.safetensors","b":"model-2.safetensors"}""");
        Assert.Equal([1f], checkpoint.ReadAll("a"));
        Assert.Equal([2f], checkpoint.ReadAll("b"));
    }

    [Fact]
    public void Sharding_does_not_change_the_fingerprint_and_weights_do()
    {
        using var sharded = Sharded("""{"a":"model-1.safetensors","b":"model-2.safetensors"}""");
        const string Header = """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""";
        using var whole = Open(Text("config.json", "{}"), ("model.safetensors", SafetensorsFileTests.Build(Header, [0, 0, 128, 63, 0, 0, 0, 64])));
        using var other = Open(Text("config.json", "{}"), ("model.safetensors", SafetensorsFileTests.Build(Header, [0, 0, 128, 63, 0, 0, 1, 64])));
        Assert.Equal(sharded.Fingerprint, whole.Fingerprint);
        Assert.NotEqual(sharded.Fingerprint, other.Fingerprint);
    }

    [Theory]
    [InlineData("""{"a":"model-1.safetensors","b":"../model-2.safetensors"}""")]
    [InlineData("""{"a":"model-1.safetensors","b":"/model-2.safetensors"}""")]
    [InlineData("""{"a":"model-1.safetensors","b":"C:\\model-2.safetensors"}""")]
    [InlineData("""{"a":"model-1.safetensors","b":"..safetensors"}""")]
    [InlineData("""{"a":"model-1.safetensors","b":"model-2.bin"}""")]
    [InlineData("""{"a":"model-1.safetensors","b":2}""")]
    [InlineData("""{"a":"model-1.safetensors","b":"model-3.safetensors"}""")]
    [InlineData("""{"a":"model-1.safetensors","b":"model-1.safetensors"}""")]
    [InlineData("""{"a":"model-1.safetensors","c":"model-2.safetensors"}""")]
    [InlineData("""{"a":"model-2.safetensors","b":"model-1.safetensors"}""")]
    [InlineData("""{"a":"model-1.safetensors","a":"model-1.safetensors","b":"model-2.safetensors"}""")]
    [InlineData("{}")]
    [InlineData("[]")]
    public void A_wrong_index_is_refused(string map) => Assert.Throws<PrunusInputException>(() => Sharded(map));

    [Fact]
    public void A_tensor_in_two_shards_is_refused() =>
        Assert.Throws<PrunusInputException>(() => Sharded("""{"a":"model-1.safetensors","b":"model-2.safetensors"}""", One));

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("""{"a":1,"a":2}""")]
    [InlineData("""{"a":"\ud800"}""")]
    [InlineData("{")]
    public void A_broken_config_is_refused(string config) =>
        Assert.Throws<PrunusInputException>(() => Open(Text("config.json", config), ("model.safetensors", One)));

    [Fact]
    public void Missing_files_are_named()
    {
        Assert.Contains("config.json", Assert.Throws<PrunusInputException>(() => Open(("model.safetensors", One))).Message, StringComparison.Ordinal);
        Assert.Contains("model.safetensors", Assert.Throws<PrunusInputException>(() => Open(Text("config.json", "{}"))).Message, StringComparison.Ordinal);
        Assert.Throws<PrunusInputException>(() => Checkpoint.Open(Path.Combine(Path.GetTempPath(), "no such thing")));
    }

    [Theory]
    [InlineData("---\nlicense: apache-2.0\ntags: [x]\n---\nlicense: no", "apache-2.0")]
    [InlineData("---\nlicense: other\nlicense_name: \"llama3.2\" # see below\n---", "llama3.2")]
    [InlineData("---\ntags: [x]\n---\nlicense: mit", null)]
    [InlineData("license: mit", null)]
    public void The_licence_comes_from_the_model_card(string card, string? licence)
    {
        using var checkpoint = Open(Text("config.json", "{}"), ("model.safetensors", One), Text("README.md", card));
        Assert.Equal(licence, checkpoint.Licence);
    }

    [Fact]
    public void Carried_files_keep_their_bytes_and_hold_no_key_twice()
    {
        using var checkpoint = Open(Text("config.json", "{}"), ("model.safetensors", One), Text("vocab.json", """{"a": 0}"""), Text("merges.txt", "#version\n"), Text("notes.txt", "x"));
        Assert.Equal(["merges.txt", "vocab.json"], checkpoint.CarriedFiles.Keys.Order());
        Assert.Equal("""{"a": 0}""", Encoding.UTF8.GetString(checkpoint.CarriedFiles["vocab.json"]));
        using var broken = Open(Text("config.json", "{}"), ("model.safetensors", One), Text("vocab.json", """{"a":0,"a":1}"""));
        Assert.Throws<PrunusInputException>(() => broken.CarriedFiles);
    }
}
