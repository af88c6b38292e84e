using System.Text.Json.Nodes;
using Prunus.Checkpoints;
using Prunus.Pruning;

namespace Prunus.Benchmarks;

/// <summary>Importance scores of every aggregation against the reference's, by largest relative difference.</summary>
internal static class ImportanceGoldens
{
    private const double Tolerance = 1e-3;

    private static readonly (string Key, Reading Reading)[] Scored =
        [("hidden", Reading.HiddenIn), ("ffn", Reading.FfnAct), ("head", Reading.HeadModelOpt), ("head_paper", Reading.HeadPaper)];

    /// <summary>The readings that the reference has.</summary>
    public static IEnumerable<Reading> Readings => Scored.Select(s => s.Reading);

    /// <summary>Prints a line for each aggregation and returns a row for each comparison.</summary>
    /// <param name="scores">Ours, with <see cref="Readings"/> under all aggregations.</param>
    /// <param name="layers">Layers of the scored model.</param>
    /// <param name="folder">Holds <c>minitron_scores.safetensors</c>.</param>
    /// <param name="verdict">Judges each comparison.</param>
    public static JsonArray Compare(Scores scores, int layers, string folder, GoldenVerdict verdict)
    {
        using var golden = SafetensorsFile.Open(Path.Combine(folder, "minitron_scores.safetensors"));
        var rows = new JsonArray();
        Console.WriteLine("largest relative difference of scores");
        foreach (var aggregation in Aggregation.All)
        {
            var line = $"{aggregation.Suffix,-10}";
            foreach (var (key, reading) in Scored)
            {
                var expected = new float[golden.Tensors[$"{aggregation.Suffix}.{key}"].ElementCount];
                golden.Read($"{aggregation.Suffix}.{key}", 0, expected);
                var ours = reading == Reading.HiddenIn ? scores.Values[$"{reading.Id}.{aggregation.Suffix}"]
                    : [.. Enumerable.Range(0, layers).SelectMany(l => scores.Values[$"L{l}.{reading.Id}.{aggregation.Suffix}"])];
                var difference = ours.Zip(expected, (a, b) => Math.Abs(a - b) / Math.Abs(b)).Max();
                var judged = verdict.Judge(ours.Length == expected.Length && difference <= Tolerance);
                line += FormattableString.Invariant($"  {key} {difference:E1} {judged}");
                rows.Add((JsonNode)new JsonObject { ["aggregation"] = aggregation.Suffix, ["scores"] = key, ["difference"] = difference, ["verdict"] = judged });
            }

            Console.WriteLine(line);
        }

        return rows;
    }
}
