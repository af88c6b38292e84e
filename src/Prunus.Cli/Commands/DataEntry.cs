using System.Text.Json.Nodes;
using Prunus.Datasets.Images;
using Prunus.Reports;

namespace Prunus.Cli.Commands;

/// <summary>What <c>prunus data</c> says of a set.</summary>
/// <param name="Source">The set.</param>
/// <param name="Folder">Where its files are, or null.</param>
/// <param name="Splits">What a check found, or null when none was made.</param>
/// <param name="Fault">What is wrong with its files.</param>
internal sealed record DataEntry(ImageSetSource Source, string? Folder, IReadOnlyList<ImageSplitCheck>? Splits, string? Fault)
{
    public static IReadOnlyList<string> Header { get; } = ["id", "what", "licence", "train", "test", "where, or how to get it", "check"];

    public IReadOnlyList<string> Row() =>
        [Source.Id, Source.Title, Source.Licence, Count(ImageSplit.Train), Count(ImageSplit.Test), Place ?? "get: " + Source.Get, Fault ?? string.Join("; ", (Splits ?? []).Select(Said))];

    public JsonObject ToJson() => new()
    {
        ["id"] = Source.Id,
        ["title"] = Source.Title,
        ["licence"] = Source.Licence,
        ["found"] = Folder is not null,
        ["folder"] = Source.IsSynthetic ? null : Folder,
        ["get"] = Source.Get,
        ["images"] = new JsonObject(Source.Splits.Select(part => KeyValuePair.Create(Name(part.Split), (JsonNode?)part.Count))),
        ["checked"] = Splits is null ? null : new JsonArray([.. Splits.Select(split => new JsonObject
        {
            ["split"] = Name(split.Split),
            ["images"] = split.Count,
            ["shape"] = new JsonArray(split.Shape.Channels, split.Shape.Height, split.Shape.Width),
            ["class_counts"] = new JsonArray([.. split.ClassCounts.Select(count => (JsonNode)count)]),
            ["files"] = split.Files,
            ["confirmed_by_hash"] = split.Confirmed,
        })]),
        ["fault"] = Fault,
    };

    private string? Place => Source.IsSynthetic ? Source.Get : Folder;

    private string Count(ImageSplit split) => Source.Splits.FirstOrDefault(part => part.Split == split) is { } found ? NumberText.Grouped(found.Count) : "–";

    private string Said(ImageSplitCheck split) =>
        $"{Name(split.Split)}: {NumberText.Grouped(split.Count)} of {split.Shape}" + (Source.Splits.First(part => part.Split == split.Split).PerClass is { } each ? $", {NumberText.Grouped(each)} of each class, files of the right length; no hash is known"
            : split.Files > 0 ? $", {split.Confirmed} of {split.Files} files confirmed by hash" : "");

    private static string Name(ImageSplit split) => split.ToString().ToLowerInvariant();
}
