using System.Text.Json.Nodes;
using Prunus.Datasets.Images;
using Prunus.Jobs;
using Prunus.Lottery.Experiments.Materials;
using Prunus.Lottery.Strong.Experiments;
using Prunus.Runs;

namespace Prunus.Recipes;

/// <summary>Strong tickets of a recipe: a cell is a setting with a seed of the random net.</summary>
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
            ["weights"] = new JsonArray([.. study.Experiments.Select(_trial.WeightsPath).OfType<string>().Distinct().Select(p => (JsonNode)$"{Path.GetFileName(p)} {ContentHash.OfFile(p)}")]),
        };
    }

    public JsonObject Inputs { get; }

    public IReadOnlyList<RecipeCell> Cells(string work, string results, string identity, JobPoolOptions workers, IProgress<ProgressUpdate>? progress, CancellationToken cancellation) =>
        SettingCells.Run(work, _study.Cells, _seeds, (i, seed) => _trial.Run(_study.Experiments[i], seed, cancellation), progress);
}
