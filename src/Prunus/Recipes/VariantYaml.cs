namespace Prunus.Recipes;

/// <summary>The <c>donors</c> and <c>variants</c> of a recipe that prunes.</summary>
internal static class VariantYaml
{
    private static readonly Dictionary<string, IReadOnlyList<string>> NoLists = [];

    /// <summary>A donor: a model's id, or how one is trained.</summary>
    public static DonorSource Donor(YamlMap size, string name, string? model, YamlMap? trained)
    {
        if (trained is null)
        {
            return new DonorSource(name, model ?? throw size.Fault("donors", $"gives '{name}' nothing", "write NAME: MODEL, or how it is trained"), null);
        }

        var result = new TrainedDonor(
            trained.Need("like"), trained.Integer("hidden"), trained.Integer("ffn"), trained.Integer("layers"), trained.Integer("heads"), trained.Integer("groups"), trained.Need("text"),
            HealingYaml.Read(trained.Map("heal") ?? throw new PrunusInputException(trained.Place, "'heal' is missing", "say how it is trained")).WithoutTeacher);
        trained.Done();
        return new DonorSource(name, null, result);
    }

    /// <summary>A variant; what it leaves out of <c>prune</c> and <c>heal</c> is the size's.</summary>
    public static Variant Read(YamlMap map, YamlMap size, List<DonorSource> donors)
    {
        var donor = map.Text("donor") ?? (donors.Count > 0 ? donors[0].Name : "");
        var stages = map.Has("stages") ? map.Each("stages", NoLists).Select(s => WholeStage(s, size)).ToList() : [Stage(map, size)];
        var variant = new Variant(map.Need("name"), donor, map.Text("teacher") ?? donor, map.Text("start") switch
        {
            null or "pruned" => StudentStart.Pruned,
            "random" => StudentStart.Random,
            "donor" => StudentStart.Donor,
            var other => throw map.Fault("start", $"is '{other}'", "use pruned, random or donor"),
        }, stages);
        map.Done();
        foreach (var (key, name) in new[] { ("donor", variant.Donor), ("teacher", variant.Teacher) })
        {
            if (donors.All(d => d.Name != name))
            {
                throw map.Fault(key, $"is '{name}', which this size has not", $"use {string.Join(", ", donors.Select(d => d.Name))}");
            }
        }

        return variant;
    }

    private static VariantStage Stage(YamlMap map, YamlMap size) =>
        new(CutYaml.Read(Layered(map, size, "prune")), HealingYaml.Read(Layered(map, size, "heal")));

    private static VariantStage WholeStage(YamlMap map, YamlMap size)
    {
        var stage = Stage(map, size);
        map.Done();
        return stage;
    }

    /// <summary>A mapping with that of the size under it.</summary>
    public static YamlMap Layered(YamlMap map, YamlMap size, string key) => (map.Map(key), size.Map(key)) switch
    {
        ({ } own, var under) => own.Over(under),
        (null, { } under) => under,
        _ => YamlMap.Read(key, "{}"),
    };
}
