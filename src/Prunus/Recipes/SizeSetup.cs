using System.Text.Json.Nodes;

namespace Prunus.Recipes;

/// <summary>What processes are told of a recipe's size, so that they read the same one.</summary>
internal static class SizeSetup
{
    /// <param name="source">File and text of the recipe.</param>
    /// <param name="size">tiny, cpu or gpu.</param>
    /// <param name="sources">Where texts, images and models lie.</param>
    public static JsonObject Of((string File, string Text) source, string size, RecipeSources sources) =>
        new() { ["file"] = source.File, ["recipe"] = source.Text, ["size"] = size, ["sources"] = sources.ToJson() };

    /// <summary>The other side of <see cref="Of"/>.</summary>
    public static (RecipeSize Size, RecipeSources Sources) Read(JsonObject setup) => (
        RecipeReader.Read(setup["file"]!.GetValue<string>(), setup["recipe"]!.GetValue<string>()).Size(setup["size"]!.GetValue<string>()),
        RecipeSources.FromJson(setup["sources"]!.AsObject()));
}
