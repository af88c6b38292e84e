using System.Text.Json;
using System.Text.Json.Nodes;
using Prunus.Checkpoints;
using Prunus.Decoders;
using Prunus.Distillation;
using Prunus.Pruning;
using Prunus.Runs;
using Prunus.Tokenizers;
using TorchSharp;

namespace Prunus.Shrinking;

/// <summary>Trains or distils one model in a folder that resumes; the folder becomes the trained checkpoint.</summary>
public sealed class TrainRun : IDisposable
{
    private readonly TrainOptions _options;
    private readonly torch.Device _device;
    private readonly Checkpoint? _start, _teacher;
    private readonly JsonObject _config;
    private readonly IReadOnlyDictionary<string, byte[]> _files;
    private const int SampleTokens = 2048;
    private static readonly string[] TokenizerNames = ["tokenizer.json", "tokenizer.model", "vocab.json"];
    private readonly Tokenizer _tokenizer;

    /// <param name="options">The training.</param>
    /// <param name="device">Where to compute.</param>
    /// <exception cref="PrunusInputException">A file cannot be used.</exception>
    public TrainRun(TrainOptions options, torch.Device device)
    {
        options.Validate();
        (_options, _device) = (options, device);
        _start = options.FromRandom ? null : Checkpoint.Open(options.Start);
        _teacher = options.Teacher is { } teacher ? Checkpoint.Open(teacher) : null;
        _config = _start?.Config ?? ReadConfig(options.Start);
        _files = options.Tokenizer is { } tokenizer ? TokenizerFiles(tokenizer) : _start!.CarriedFiles;
        _tokenizer = Tokenizer.FromFiles(_files, options.Tokenizer ?? options.Start);
    }

    public RunIdentity Identity => new(
        _teacher is null ? "train" : "distill",
        _options.ToJson(_start?.Fingerprint[..16] ?? ContentHash.Of(_config.ToJsonString()), _teacher?.Fingerprint[..16], _device.type == DeviceType.CUDA ? "cuda" : "cpu"));

    /// <summary>Does what is not done yet and returns the record (also written to the folder).</summary>
    /// <exception cref="OperationCanceledException">Cancelled; the same call goes on.</exception>
    public Record Run(RunFolder folder, IProgress<ProgressUpdate>? progress = null, CancellationToken cancellation = default)
    {
        var healing = _options.Healing.For(_device.type == DeviceType.CUDA);
        var corpus = new Lazy<Corpus>(() => Corpus.Read(_options.Corpus, _tokenizer));
        var plan = _options.PlanFile is { } file ? PruningPlan.Read(file) : null;
        plan?.CheckDonor(_teacher!.Fingerprint, _teacher.Location);
        if (_teacher is not null)
        {
            Healing.CheckStates(
                DecoderConfig.FromHuggingFace(_teacher.Config, _teacher.Location), DecoderConfig.FromHuggingFace(_config, _options.Start), healing, plan);
        }

        CheckTeacher("");
        var corrected = _teacher is not null && healing is { TeacherCorrection: not null, Steps: > 0 } ? new CorrectedTeacher(_teacher, healing, folder, "train", _device, Measure) : null;
        corrected?.Correct(corpus.Value, _options.Seed, progress, cancellation);
        cancellation.ThrowIfCancellationRequested();
        folder.Stage("train", scratch =>
        {
            using var student = Student();
            CheckTeacher(_tokenizer.Decode(corpus.Value.HeldOut.AsSpan(0, Math.Min(SampleTokens, corpus.Value.HeldOut.Length))));
            corpus.Value.CheckVocabulary(student.Config.VocabSize, _options.Start);
            using var teacher = corrected is not null ? corrected.Open(TeacherType(healing)) : _teacher is null ? null : Decoder.Load(_teacher, _device, TeacherType(healing));
            Measure("before", student, null).Write(Path.Combine(scratch, "before.json"));
            var result = healing.Steps == 0 ? null
                : Healing.Run(student, teacher, corpus.Value, healing, "train", folder.Identity.Hash, _options.Seed, folder.WorkPath("train"), progress, cancellation, plan);
            Measure("trained", student, result).Write(Path.Combine(scratch, "trained.json"));
            Write(student, scratch);
            corrected?.Finish(teacher!, scratch);
        });
        var models = new[] { "before.json", CorrectedTeacher.Stage + ".json", "trained.json" }.Select(folder.PathOf).Where(File.Exists).Select(ModelMeasures.Read).ToArray();
        var record = TrainRecord.Make(_options, folder.Identity, models, healing);
        RecordJson.Write(folder.Path, record);
        return record;

        ModelMeasures Measure(string name, Decoder decoder, HealingResult? training)
        {
            using var noGradient = torch.no_grad();
            using var scope = torch.NewDisposeScope();
            var prompt = corpus.Value.HeldOut[..Math.Min(12, corpus.Value.HeldOut.Length)];
            return ModelMeasures.Of(
                name, decoder, corpus.Value, _tokenizer, prompt, healing.Block!.Value, training,
                (done, all) => progress?.Report(new ProgressUpdate(name, done, all)), cancellation);
        }
    }

    // A teacher may come without a tokenizer; then nobody can tell.
    private void CheckTeacher(string sample)
    {
        if (_teacher is not null && TokenizerNames.Any(_teacher.CarriedFiles.ContainsKey))
        {
            TeacherVocabulary.CheckTokenizers(Tokenizer.FromFiles(_teacher.CarriedFiles, _teacher.Location), _tokenizer, _teacher.Location, sample);
        }
    }

    public void Dispose()
    {
        _start?.Dispose();
        _teacher?.Dispose();
    }

    private torch.ScalarType TeacherType(HealingOptions healing) =>
        _device.type == DeviceType.CUDA && healing.Precision != Training.Precision.Float32 ? torch.ScalarType.BFloat16 : torch.ScalarType.Float32;

    private Decoder Student() => _start is not null
        ? Decoder.Load(_start, _device, torch.ScalarType.Float32)
        : Decoder.Initialise(DecoderConfig.FromHuggingFace(_config, _options.Start), _options.Seed, _options.InitialDeviation, _device, torch.ScalarType.Float32);

    private void Write(Decoder student, string scratch)
    {
        var json = student.Config.ToHuggingFace(_config);
        json["dtype"] = _options.WriteAs switch { ElementType.F16 => "float16", ElementType.BF16 => "bfloat16", _ => "float32" };
        json.Remove("torch_dtype");
        var card = new ModelCard { Title = "A language model trained with Prunus", Licence = _start?.Licence ?? _options.Licence, Tags = ["prunus"] };
        var folder = Path.Combine(scratch, "checkpoint");
        CheckpointWriter.Write(folder, json, WeightExport.Tensors(student.Config, _options.WriteAs, p => DecoderValues.Read(student, p)), _files, card.ToMarkdown());
        foreach (var file in Directory.EnumerateFiles(folder))
        {
            File.Move(file, Path.Combine(scratch, Path.GetFileName(file)));
        }

        Directory.Delete(folder);
    }

    private static JsonObject ReadConfig(string path)
    {
        try
        {
            return JsonNode.Parse(File.ReadAllText(path)) as JsonObject ?? throw new PrunusInputException(path, "is no JSON object", "give a config.json in Hugging Face form");
        }
        catch (Exception e) when (e is JsonException or IOException or ArgumentException)
        {
            throw new PrunusInputException(path, "cannot be read as JSON: " + e.Message, "give a config.json in Hugging Face form", e);
        }
    }

    private static Dictionary<string, byte[]> TokenizerFiles(string path)
    {
        string[] names = ["tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "generation_config.json", "tokenizer.model", "vocab.json", "merges.txt"];
        var files = Directory.Exists(path)
            ? names.Select(n => Path.Combine(path, n)).Where(File.Exists).ToDictionary(f => Path.GetFileName(f), File.ReadAllBytes)
            : File.Exists(path) ? new Dictionary<string, byte[]> { ["tokenizer.json"] = File.ReadAllBytes(path) } : [];
        return files.Count > 0 ? files : throw new PrunusInputException(path, "holds no tokenizer", "name a folder or a tokenizer.json");
    }
}
