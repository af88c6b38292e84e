using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Prunus.Checkpoints;

namespace Prunus.Runs;

/// <summary>run.json: the resolved options of the run that owns a folder.</summary>
internal static class RunFile
{
    public const string Name = "run.json";
    private const string Format = "prunus-run/1";
    private const int Limit = 16 << 20;
    private static readonly JsonSerializerOptions Form = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(string path, RunIdentity identity) => AtomicFile.WriteText(path, new JsonObject
    {
        ["format"] = Format,
        ["slug"] = identity.Slug,
        ["hash"] = identity.Hash,
        ["options"] = identity.Options.DeepClone(),
    }.ToJsonString(Form) + "\n");

    /// <exception cref="PrunusInputException">The file is not what <see cref="Write"/> leaves.</exception>
    public static RunIdentity Read(string path)
    {
        var root = StrictJson.Object(path, SmallFile.Read(path, Limit), Limit);
        return root["format"] is JsonValue format && format.TryGetValue<string>(out var name) && name == Format
            && root["slug"] is JsonValue slug && slug.TryGetValue<string>(out var text) && root["options"] is JsonObject options
            ? new RunIdentity(text, (JsonObject)options.DeepClone())
            : throw new PrunusInputException(path, $"is no {Format} document", "choose another --out, or --fresh to replace it");
    }
}
