using System.Text.Json.Nodes;
using Prunus.Datasets.Images;
using Prunus.Jobs;
using Prunus.Lottery.Experiments.Materials;
using Prunus.Lottery.Universal.Experiments;
using Prunus.Runs;

namespace Prunus.Recipes;

/// <summary>Universal tickets of a recipe: a cell is a setting with a seed of the random net and of its task.</summary>
internal sealed class UniversalCells : IRecipeStudy
{
    private readonly UniversalStudy _study;
    private readonly IReadOnlyList<long> _seeds;
    private readonly ImageSetSearch _search;

    /// <exception cref="PrunusInputException">A set of images is not there.</exception>
    public UniversalCells(UniversalStudy study, IReadOnlyList<long> seeds, RecipeSources sources)
    {
        (_study, _seeds, _search) = (study, seeds, ImageSetSearch.From(sources.DataFolder));
        Inputs = new JsonObject
        {
            ["images"] = new JsonArray([.. study.Experiments.Select(e => e.Task?.Data).OfType<string>().Distinct().Select(d => (JsonNode)$"{d} {StudyData.Fingerprint(d, _search)}")]),
        };
    }

    public JsonObject Inputs { get; }

    public IReadOnlyList<RecipeCell> Cells(string work, string results, string identity, JobPoolOptions workers, IProgress<ProgressUpdate>? progress, CancellationToken cancellation)
    {
        var trial = new UniversalTrial(_search);
        return SettingCells.Run(work, _study.Cells, _seeds, (i, seed) => trial.Run(_study.Experiments[i], seed, cancellation), progress);
    }
}
