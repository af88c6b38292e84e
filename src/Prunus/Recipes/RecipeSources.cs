using System.Text.Json.Nodes;
using Prunus.Datasets;
using Prunus.Evaluation.Tasks;
using Prunus.Runs;

namespace Prunus.Recipes;

/// <summary>Where models and texts of recipes lie on this machine.</summary>
/// <param name="DemoFolder">Folder of the demo's model and texts.</param>
/// <param name="DataFolder">Folder of other texts and of tasks, flat or with folders <c>text</c> and <c>evals</c>; null when there is none.</param>
/// <param name="Models">Checkpoints by id.</param>
/// <param name="ModelsFolder">Folder with a checkpoint per id; null when there is none.</param>
/// <param name="CacheFolder">Where trained donors and parts of texts are kept.</param>
/// <param name="TeacherCache">Folder that keeps what teachers say of each sequence; null = they are asked every time.</param>
public sealed record RecipeSources(string DemoFolder, string? DataFolder, IReadOnlyDictionary<string, string> Models, string? ModelsFolder, string CacheFolder, string? TeacherCache = null)
{
    /// <summary>Path of a text; parts and changed texts are written to the cache first.</summary>
    /// <exception cref="PrunusInputException">It is not known, or its file is not there.</exception>
    public string TextPath(string id)
    {
        var text = RecipeTexts.Named(id);
        var file = FileOf(text);
        if (text is { Part: TextPart.Whole, Change: null })
        {
            return file;
        }

        var part = Path.Combine(CacheFolder, "texts", $"{text.Id}-{ContentHash.OfFile(file, 12)}.txt");
        if (!File.Exists(part))
        {
            var whole = TextFile.ReadAll(file);
            var (training, heldOut) = text.Part == TextPart.Whole ? (whole, whole) : HeldOut.SplitBytes(whole, text.HeldOutBytes);
            var content = text.Part == TextPart.HeldOut ? heldOut : training;
            Directory.CreateDirectory(Path.GetDirectoryName(part)!);
            AtomicFile.WriteText(part, text.Change is { } change ? change(content) : content);
        }

        return part;
    }

    /// <summary>Folder of a task's items.</summary>
    /// <exception cref="PrunusInputException">There is no such task, or its file is not there; says how to get it.</exception>
    public string TaskFolder(string id)
    {
        var data = EvaluationTasks.Named(id).Data;
        string[] places = DataFolder is null ? [] : [DataFolder, Path.Combine(DataFolder, "evals")];
        return places.FirstOrDefault(data.IsIn) ?? throw new PrunusInputException(
            "--data", $"task {id} is needed and {data.Name}.jsonl is not there", $"give the folder that holds it with --data or PRUNUS_DATA; in Python: from datasets import load_dataset; {data.Download}");
    }

    /// <summary>Path of a model's checkpoint.</summary>
    /// <exception cref="PrunusInputException">It is not there; says how to get it.</exception>
    public string ModelPath(string id)
    {
        if (id == "demo")
        {
            return Path.Combine(DemoFolder, "donor");
        }

        if (Models.TryGetValue(id, out var given))
        {
            return given;
        }

        var folder = ModelsFolder is null ? null : Path.Combine(ModelsFolder, id);
        var checkpoint = folder is null || !Directory.Exists(folder) ? null
            : Directory.EnumerateFiles(folder, "*.safetensors").Any() ? folder : Directory.EnumerateFiles(folder, "*.gguf").Order(StringComparer.Ordinal).FirstOrDefault();
        return checkpoint ?? throw new PrunusInputException("--model", $"{id} is needed and not known",
            id == "smollm2" ? "download SmolLM2-135M-Instruct (Hugging Face folder or .gguf) and give --model smollm2=PATH" : $"give --model {id}=PATH");
    }

    /// <summary>What a worker process needs to know.</summary>
    public JsonObject ToJson() => new()
    {
        ["demo"] = DemoFolder,
        ["data"] = DataFolder,
        ["models"] = new JsonObject(Models.Select(m => KeyValuePair.Create(m.Key, (JsonNode?)m.Value))),
        ["models_folder"] = ModelsFolder,
        ["cache"] = CacheFolder,
        ["teacher_cache"] = TeacherCache,
    };

    /// <summary>Reads what <see cref="ToJson"/> gives.</summary>
    public static RecipeSources FromJson(JsonObject json) => new(
        json["demo"]!.GetValue<string>(), json["data"]?.GetValue<string>(), json["models"]!.AsObject().ToDictionary(m => m.Key, m => m.Value!.GetValue<string>()),
        json["models_folder"]?.GetValue<string>(), json["cache"]!.GetValue<string>(), json["teacher_cache"]?.GetValue<string>());

    private string FileOf(RecipeText text)
    {
        string[] places = text.Embedded ? [Path.Combine(DemoFolder, text.File)]
            : DataFolder is null ? [] : [Path.Combine(DataFolder, text.File), Path.Combine(DataFolder, "text", text.File)];
        return places.FirstOrDefault(File.Exists) ?? throw new PrunusInputException(
            "--data", $"text {text.Id} ({text.Title}) is needed and {text.File} is not there", "give the folder that holds it with --data or PRUNUS_DATA; docs/recipes.md says where texts come from");
    }
}
