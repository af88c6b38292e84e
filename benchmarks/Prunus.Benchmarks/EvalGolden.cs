using System.IO.Compression;
using System.Text.Json.Nodes;

namespace Prunus.Benchmarks;

/// <summary>Sets the items file of <c>prunus eval --items</c> beside a reference run of lm-evaluation-harness, item by item.</summary>
internal static class EvalGolden
{
    /// <returns>0 when contexts, tokens and predictions agree and log-likelihoods differ by no more than 1e-3 + 1e-5·|ll|; else 3.</returns>
    public static int Run(string itemsPath, IReadOnlyList<string> goldens)
    {
        var items = Lines(itemsPath).ToLookup(i => (i["file"]!.GetValue<string>(), i["line"]!.GetValue<int>()));
        return goldens.Select(golden => Compare(items, golden)).ToList().All(good => good) ? 0 : 3;
    }

    private static bool Compare(ILookup<(string, int), JsonObject> items, string path)
    {
        var (compared, tokens, predictions, greedy, beyond, largest) = (0, 0, 0, 0, 0, 0.0);
        foreach (var golden in Lines(path))
        {
            foreach (var item in items[(golden["file"]!.GetValue<string>(), golden["line"]!.GetValue<int>())])
            {
                var options = item["options"]!.AsArray().Zip(golden["options"]!.AsArray(), (ours, theirs) => (Ours: ours!, Theirs: theirs!)).ToList();
                compared++;
                if (options.Any(o => o.Ours["ids_sha"]!.GetValue<string>() != o.Theirs["ids_sha"]!.GetValue<string>()))
                {
                    tokens++;
                    continue;
                }

                // A task without acc_norm gives pred_norm no meaning.
                string[] fields = item["acc_norm"] is null ? ["acc", "pred"] : ["acc", "pred", "acc_norm", "pred_norm"];
                predictions += fields.Any(field => Differs(item, golden, field)) ? 1 : 0;
                foreach (var (ours, theirs) in options)
                {
                    var (a, b) = (ours["ll"]!.GetValue<double>(), theirs["ll"]!.GetValue<double>());
                    greedy += ours["is_greedy"]!.GetValue<bool>() == theirs["is_greedy"]!.GetValue<bool>() ? 0 : 1;
                    beyond += Math.Abs(a - b) <= 1e-3 + (1e-5 * Math.Abs(b)) ? 0 : 1;
                    largest = Math.Max(largest, Math.Abs(a - b));
                }
            }
        }

        Console.WriteLine($"{Path.GetFileName(path),-36} {compared,5} items   other tokens {tokens}   other predictions {predictions}   other is_greedy {greedy}   ll beyond tolerance {beyond}   largest ll difference {largest:E2}");
        return compared > 0 && tokens + predictions + greedy + beyond == 0;
    }

    private static bool Differs(JsonObject ours, JsonObject theirs, string field) =>
        ours[field] is { } a && theirs[field] is { } b && a.GetValue<double>() != b.GetValue<double>();

    private static IEnumerable<JsonObject> Lines(string path)
    {
        using var file = File.OpenRead(path);
        using var reader = new StreamReader(path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file);
        while (reader.ReadLine() is { } line)
        {
            yield return JsonNode.Parse(line)!.AsObject();
        }
    }
}
