using System.Text.Json.Nodes;
using Prunus.Datasets.Images;
using Prunus.Lottery.Experiments.Materials;

namespace Prunus.Recipes;

/// <summary>What studies of masked nets learn from, on this machine.</summary>
internal static class StudyInputs
{
    /// <summary>Where it lies.</summary>
    public static StudySources Sources(RecipeSources sources) => new(ImageSetSearch.From(sources.DataFolder)) { TextPath = sources.TextPath, ModelPath = sources.ModelPath };

    /// <summary>Its hashes, as <see cref="IRecipeStudy.Inputs"/> wants them.</summary>
    /// <exception cref="PrunusInputException">Something is not there.</exception>
    public static JsonObject Of(IEnumerable<(string Net, string Data)> used, StudySources sources)
    {
        var inputs = new JsonObject();
        foreach (var kind in used.GroupBy(u => StudyDecoder.Is(u.Net) ? "texts" : "images"))
        {
            inputs[kind.Key] = new JsonArray([.. kind.Select(u => kind.Key == "texts"
                ? $"{u.Data} {u.Net} {StudyText.Fingerprint(StudyDecoder.Parse(u.Net), u.Data, sources)}"
                : $"{u.Data} {StudyData.Fingerprint(u.Data, sources.Images)}").Distinct().Select(t => (JsonNode)t)]);
        }

        return inputs;
    }
}
