using System.Text.Json.Nodes;
using Prunus.Checkpoints;
using Prunus.Datasets;
using Prunus.Decoders;
using Prunus.Pruning;
using Prunus.Runs;
using Prunus.Shrinking;
using Prunus.Tests.Runs;
using TorchSharp;
using Record = Prunus.Runs.Record;

namespace Prunus.Tests.Shrinking;

/// <summary>A donor of three layers with random weights and a slice of the demo's text, in a folder that goes with the test class.</summary>
public sealed class SmallJob : IDisposable
{
    private const int Characters = 40_000;
    private static readonly string Assets = Path.Combine(AppContext.BaseDirectory, "assets", "demo");
    private readonly TemporaryFolder _folder = new();

    public SmallJob()
    {
        File.WriteAllText(Text, TextFile.ReadAll(Path.Combine(Assets, "text.txt.br"))[..Characters]);
        WriteDonor(Donor, Config());
    }

    public string Donor => _folder["donor"];

    public string Text => _folder["text.txt"];

    public static string TokenizerFile { get; } = Path.Combine(Assets, "donor", "tokenizer.json");

    public HealingOptions Healing { get; } = new() { Steps = 6, Batch = 4, Block = 32, SaveEvery = 2, EvaluateEvery = 3, LearningRate = 2e-3 };

    public ShrinkOptions Options => new()
    {
        Donor = Donor,
        Corpus = new CorpusOptions { Texts = [new TextWeight(Text)], HeldOutShare = 0.1 },
        Prune = new PruneOptions { Target = new PlanTarget { Keep = 0.6 } },
        CalibrationSequences = 8,
        CalibrationLength = 32,
        Healing = Healing,
    };

    /// <summary>A path beside the donor.</summary>
    public string New(string name) => _folder[name];

    public static JsonObject Config(int vocabulary = 2048) => new()
    {
        ["architectures"] = new JsonArray("LlamaForCausalLM"),
        ["model_type"] = "llama",
        ["vocab_size"] = vocabulary,
        ["hidden_size"] = 32,
        ["intermediate_size"] = 96,
        ["num_hidden_layers"] = 3,
        ["num_attention_heads"] = 4,
        ["num_key_value_heads"] = 2,
        ["head_dim"] = 8,
        ["hidden_act"] = "silu",
        ["max_position_embeddings"] = 128,
        ["rms_norm_eps"] = 1e-5,
        ["rope_theta"] = 10000.0,
        ["attention_bias"] = false,
        ["mlp_bias"] = false,
        ["tie_word_embeddings"] = true,
    };

    /// <summary>Writes a donor with random weights.</summary>
    /// <param name="folder">Where to.</param>
    /// <param name="json">Its config.json.</param>
    /// <param name="seed">Of the weights.</param>
    /// <param name="change">Changes the values of a parameter before they are written.</param>
    public static void WriteDonor(string folder, JsonObject json, long seed = 1, Action<ParameterSpec, float[]>? change = null)
    {
        using var decoder = Decoder.Initialise(DecoderConfig.FromHuggingFace(json, "test"), seed, 0.1, torch.CPU, torch.ScalarType.Float32);
        var files = new Dictionary<string, byte[]> { ["tokenizer.json"] = File.ReadAllBytes(TokenizerFile) };
        CheckpointWriter.Write(folder, json, WeightExport.Tensors(decoder.Config, ElementType.F32, Values), files, "---\nlicense: cc-by-4.0\n---\n\n# Donor\n");

        float[] Values(ParameterSpec parameter)
        {
            var values = decoder.Parameters[parameter.Name].data<float>().ToArray();
            change?.Invoke(parameter, values);
            return values;
        }
    }

    /// <summary>Runs a job into a folder, or goes on with it.</summary>
    internal static Record Run(ShrinkOptions options, string output, StopAfter? stop = null)
    {
        using var checkpoint = Checkpoint.Open(options.Donor);
        using var folder = RunFolder.Open(ShrinkRun.Identity(options, checkpoint, torch.CPU), output);
        using var run = new ShrinkRun(options, checkpoint, folder, torch.CPU, stop);
        return run.Run(stop?.Token ?? TestContext.Current.CancellationToken);
    }

    /// <summary>Trains into a folder, or goes on with it.</summary>
    internal static Record Train(TrainOptions options, string output, StopAfter? stop = null)
    {
        using var run = new TrainRun(options, torch.CPU);
        using var folder = RunFolder.Open(run.Identity, output);
        return run.Run(folder, stop, stop?.Token ?? TestContext.Current.CancellationToken);
    }

    /// <summary>Everything that a run leaves but for facts of the machine and its own bookkeeping.</summary>
    public static SortedDictionary<string, string> Results(string folder) => new(
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Select(path => (Path: path, Name: Path.GetRelativePath(folder, path)))
            .Where(f => !f.Name.StartsWith(".prunus", StringComparison.Ordinal) && f.Name is not (RunEnvironment.FileName or Record.ReportName))
            .ToDictionary(f => f.Name, f => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(f.Path)))),
        StringComparer.Ordinal);

    public void Dispose() => _folder.Dispose();
}
