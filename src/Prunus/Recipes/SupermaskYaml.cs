using Prunus.Lottery.Supermasks;

namespace Prunus.Recipes;

/// <summary>The <c>supermask</c> of a recipe's <c>cut</c>.</summary>
internal static class SupermaskYaml
{
    /// <exception cref="PrunusInputException">Something is unknown.</exception>
    public static SupermaskRule Read(YamlMap? map)
    {
        if (map is null)
        {
            return new EdgePopup(0.5);
        }

        SupermaskRule rule = map.Text("rule") switch
        {
            null or "edge-popup" => new EdgePopup(0.5) { Signed = map.Flag("signed") ?? false, Global = map.Flag("global") ?? false, Scaled = map.Flag("scaled") ?? false },
            "learned" => new BernoulliMasks { Rescaling = Rescaling(map), First = map.Real("first") ?? 0 },
            var other => throw map.Fault("rule", $"is '{other}'", "use edge-popup or learned"),
        };
        map.Done();
        return rule;
    }

    private static MaskRescaling Rescaling(YamlMap map) => map.Text("rescaling") switch
    {
        null or "none" => MaskRescaling.None,
        "differentiated" => MaskRescaling.Differentiated,
        "constant" => MaskRescaling.Constant,
        var other => throw map.Fault("rescaling", $"is '{other}'", "use none, differentiated or constant"),
    };
}
