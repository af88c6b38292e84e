using System.Text.Json.Nodes;
using Prunus.Datasets.Images;
using Prunus.Jobs;
using Prunus.Lottery.Experiments;
using Prunus.Lottery.Strong.Experiments;
using Prunus.Runs;

namespace Prunus.Recipes;

/// <summary>Strong tickets of a recipe: a cell is a setting with a seed of the random net. The search for subsets uses all cores by itself, so cells are done one after another.</summary>
internal sealed class StrongCells : IRecipeStudy
{
    private readonly StrongStudy _study;
    private readonly IReadOnlyList<long> _seeds;
    private readonly StrongTrial _trial;

    /// <exception cref="PrunusInputException">A set of images or a file of weights is not there.</exception>
    public StrongCells(StrongStudy study, IReadOnlyList<long> seeds, RecipeSources sources)
    {
        var search = ImageSetSearch.From(sources.DataFolder);
        (_study, _seeds, _trial) = (study, seeds, new StrongTrial(search));
        Inputs = new JsonObject
        {
            ["images"] = new JsonArray([.. study.Experiments.Select(e => e.Data).Distinct().Select(d => (JsonNode)$"{d} {StudyData.Fingerprint(d, search)}")]),
            ["weights"] = new JsonArray([.. study.Experiments.Select(_trial.WeightsPath).OfType<string>().Distinct().Select(p => (JsonNode)$"{Path.GetFileName(p)} {Hash(p)}")]),
        };
    }

    public JsonObject Inputs { get; }

    public IReadOnlyList<RecipeCell> Cells(string work, string results, string identity, JobPoolOptions workers, IProgress<ProgressUpdate>? progress, CancellationToken cancellation)
    {
        Directory.CreateDirectory(work);
        var found = new List<RecipeCell>();
        foreach (var experiment in _study.Experiments)
        {
            foreach (var seed in _seeds)
            {
                progress?.Report(new ProgressUpdate("cells", found.Count, _study.Experiments.Count * _seeds.Count));
                var path = Path.Combine(work, $"{found.Count:D4}.json");
                if (!File.Exists(path))
                {
                    AtomicFile.WriteText(path, new CellResult(_trial.Run(experiment, seed, cancellation), [], 1).ToJson().ToJsonString());
                }

                found.Add(new(experiment.Name, seed, CellResult.FromJson(JsonNode.Parse(File.ReadAllText(path))!.AsObject(), path)));
            }
        }

        return found;
    }

    private static string Hash(string path) => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(path)))[..16];
}
