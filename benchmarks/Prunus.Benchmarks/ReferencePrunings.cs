using System.Text.Json.Nodes;
using Prunus.Pruning;

namespace Prunus.Benchmarks;

/// <summary>The prunings of a reference's <c>pruners.json</c> in our options.</summary>
internal static class ReferencePrunings
{
    private static readonly (string Prefix, string LayersBy)[] DepthMethods =
        [("shortgpt_", "bi"), ("greedy_ppl_", "greedy-ppl"), ("contiguous_ppl_", "contiguous-ppl"), ("contiguous_angular_", "contiguous-angular")];

    /// <summary>What our toolkit calls the pruning of an entry; null for what this benchmark does not make.</summary>
    public static PruneOptions? Options(string name, JsonNode golden, int kvGroups)
    {
        if (name.StartsWith("minitron_", StringComparison.Ordinal))
        {
            var shape = golden["shape"]!;
            var target = new PlanTarget { Hidden = (int)shape["hidden"]!, Ffn = (int)shape["ffn"]!, QueryHeads = (int)shape["q_heads_per_group"]! * kvGroups, KvGroups = kvGroups, AllowUnloadable = true };
            return new PruneOptions { Target = target, Aggregation = Aggregation.Parse((string)golden["aggregation"]!) };
        }

        return DepthMethods.FirstOrDefault(m => name.StartsWith(m.Prefix, StringComparison.Ordinal)) is not (_, { } layersBy) ? null
            : new PruneOptions { Target = new PlanTarget { Layers = (int)golden["layers"]! }, LayersBy = layersBy };
    }
}
