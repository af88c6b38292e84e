using System.Text.Json.Nodes;
using Prunus.Runs;

namespace Prunus.Recipes;

/// <summary>Cells that are settings with a seed, done one after another in this process: each uses all cores by itself. A cell's file is kept when it is done.</summary>
internal static class SettingCells
{
    /// <param name="work">Folder that a repeated call goes on from.</param>
    /// <param name="names">Names of the settings.</param>
    /// <param name="seeds">Seeds.</param>
    /// <param name="run">Metrics of a setting (its index) with a seed.</param>
    /// <param name="progress">Told how many cells are done.</param>
    public static IReadOnlyList<RecipeCell> Run(string work, IReadOnlyList<string> names, IReadOnlyList<long> seeds, Func<int, long, IReadOnlyDictionary<string, double>> run, IProgress<ProgressUpdate>? progress)
    {
        Directory.CreateDirectory(work);
        var found = new List<RecipeCell>();
        for (var i = 0; i < names.Count; i++)
        {
            foreach (var seed in seeds)
            {
                progress?.Report(new ProgressUpdate("cells", found.Count, names.Count * seeds.Count));
                var path = Path.Combine(work, $"{found.Count:D4}.json");
                if (!File.Exists(path))
                {
                    AtomicFile.WriteText(path, new CellResult(run(i, seed), [], 1).ToJson().ToJsonString());
                }

                found.Add(new(names[i], seed, CellResult.FromJson(JsonNode.Parse(File.ReadAllText(path))!.AsObject(), path)));
            }
        }

        return found;
    }
}
