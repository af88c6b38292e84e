using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Prunus.Runs;

/// <summary>Reads and writes <see cref="Record"/> and <see cref="RunEnvironment"/>. Strict: an unknown, missing or doubled key is an error.</summary>
public static class RecordJson
{
    // Curves of a long run fit many times over.
    private const int Limit = 256 << 20;

    // By reflection, not source-generated: generated readers set absent init properties to null instead of their defaults.
    private static readonly JsonSerializerOptions Form = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        AllowDuplicateProperties = false,
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters =
        {
            new JsonStringEnumConverter<Verdict>(JsonNamingPolicy.SnakeCaseUpper, allowIntegerValues: false),
            new JsonStringEnumConverter<Side>(JsonNamingPolicy.SnakeCaseUpper, allowIntegerValues: false),
        },
    };

    /// <summary>Writes record.json into a folder, atomically.</summary>
    public static void Write(string folder, Record record)
    {
        Check(record, Path.Combine(folder, Record.FileName));
        Save(Path.Combine(folder, Record.FileName), record);
    }

    /// <summary>Writes environment.json into a folder, atomically.</summary>
    public static void Write(string folder, RunEnvironment environment) =>
        Save(Path.Combine(folder, RunEnvironment.FileName), environment);

    /// <summary>Reads a record.</summary>
    /// <param name="path">A run folder or a record file.</param>
    /// <exception cref="PrunusInputException">It does not exist or is no record of this version.</exception>
    public static Record ReadRecord(string path)
    {
        var file = Directory.Exists(path) ? Path.Combine(path, Record.FileName) : path;
        var record = Load<Record>(file, Record.CurrentSchema);
        Check(record, file);
        return record;
    }

    /// <summary>Reads the environment beside a record; null when there is none.</summary>
    /// <exception cref="PrunusInputException">It is no environment document of this version.</exception>
    public static RunEnvironment? ReadEnvironment(string folder)
    {
        var file = Path.Combine(folder, RunEnvironment.FileName);
        return File.Exists(file) ? Load<RunEnvironment>(file, RunEnvironment.CurrentSchema) : null;
    }

    /// <summary>The bytes of record.json.</summary>
    internal static byte[] Bytes(Record record) => Encoding.UTF8.GetBytes(JsonSerializer.Serialize(record, Form) + "\n");

    private static void Save<T>(string file, T document) =>
        AtomicFile.WriteText(file, JsonSerializer.Serialize(document, Form) + "\n");

    private static T Load<T>(string file, string schema)
    {
        var bytes = SmallFile.Read(file, Limit);
        try
        {
            // The version first: an error about an unknown key of a later version would mislead.
            using (var document = JsonDocument.Parse(bytes))
            {
                var found = document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("schema", out var s) ? s.ToString() : "none";
                if (found != schema)
                {
                    throw new PrunusInputException(file, $"has schema '{found}', not {schema}", "check that it is the right file and version");
                }
            }

            return JsonSerializer.Deserialize<T>(bytes, Form) ?? throw new JsonException("null");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            throw new PrunusInputException(file, $"is damaged: {e.Message.Split(" Path:")[0].TrimEnd('.')}{Place(e)}", "run the verb again to write it anew", e);
        }
    }

    private static string Place(Exception exception) => exception is JsonException { Path: { Length: > 0 } path } ? $" (at {path})" : "";

    private static void Check(Record record, string file)
    {
        if (record.Series.FirstOrDefault(s => s.X.Count != s.Y.Count) is { } series)
        {
            throw new PrunusInputException(file, $"series '{series.Name}' has {series.X.Count} x and {series.Y.Count} y values", "run the verb again to write it anew");
        }

        foreach (var layer in record.Cut?.Layers ?? [])
        {
            if (layer.KeptFfn > layer.DonorFfn || layer.KeptQueryHeads > layer.DonorQueryHeads || layer.KeptKvGroups > layer.DonorKvGroups
                || int.Min(layer.KeptFfn, int.Min(layer.KeptQueryHeads, layer.KeptKvGroups)) < 0)
            {
                throw new PrunusInputException(file, "keeps more of a layer than its donor had", "run the verb again to write it anew");
            }
        }
    }
}
