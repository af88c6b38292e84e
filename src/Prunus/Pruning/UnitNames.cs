using Prunus.Decoders;

namespace Prunus.Pruning;

/// <summary>Names of scores that every axis has one of: <c>hidden.X</c>, <c>L3.ffn.X</c>, <c>L3.head.X</c>, <c>L3.group.X</c>, <c>layers.X</c>.</summary>
internal static class UnitNames
{
    /// <summary>The name for a dimension of a parameter, or null where nothing can go.</summary>
    public static string? Of(Axis? axis, int? layer, string kind) => axis switch
    {
        Axis.Hidden => $"hidden.{kind}",
        Axis.Ffn => $"L{layer}.ffn.{kind}",
        Axis.QueryHeads => $"L{layer}.head.{kind}",
        Axis.KvGroups => $"L{layer}.group.{kind}",
        _ => null,
    };

    /// <summary>All names of a decoder with their numbers of units, in a fixed order.</summary>
    public static IEnumerable<(string Name, int Count)> Of(DecoderConfig config, string kind)
    {
        yield return ($"hidden.{kind}", config.Hidden);
        yield return ($"layers.{kind}", config.LayerCount);
        for (var i = 0; i < config.LayerCount; i++)
        {
            yield return ($"L{i}.ffn.{kind}", config.Layers[i].Ffn);
            yield return ($"L{i}.head.{kind}", config.Layers[i].QueryHeads);
            yield return ($"L{i}.group.{kind}", config.Layers[i].KvGroups);
        }
    }
}
