using System.Globalization;
using System.Text;
using System.Text.Json;
using Prunus.Runs;

namespace Prunus.Pruning;

/// <summary><see cref="PruningPlan"/> → JSON: a line per list, so that two plans can be compared with diff.</summary>
internal static class PlanWriter
{
    public static void Write(PruningPlan plan, string path) => AtomicFile.WriteText(path, ToJson(plan));

    public static string ToJson(PruningPlan plan)
    {
        var members = new List<string> { $"\"format\":\"{PruningPlan.Format}\"" };
        if (plan.Donor is { } donor)
        {
            var location = donor.Location is { } at ? $",\"location\":{JsonSerializer.Serialize(at)}" : "";
            members.Add($"\"donor\":{{\"fingerprint\":{JsonSerializer.Serialize(donor.Fingerprint)}{location}}}");
        }

        Add("hidden", plan.Hidden, List);
        Add("ffn", plan.Ffn, Lists);
        Add("query_heads", plan.QueryHeads, Lists);
        Add("kv_groups", plan.KvGroups, Lists);
        Add("layers", plan.Layers, List);
        Add("vocab", plan.Vocab, List);
        Add("head_merges", plan.HeadMerges, m => Lines('[', m.Select(PlanMerges.Text), ']'));
        Add("norm_scales", plan.NormScales, s => Lines(
            '{', s.OrderBy(n => n.Key, NaturalOrder).Select(n => $"{JsonSerializer.Serialize(n.Key)}:{n.Value.ToString("R", CultureInfo.InvariantCulture)}"), '}'));
        return "{\n" + string.Join(",\n", members) + "\n}\n";

        void Add<T>(string key, T? value, Func<T, string> text)
            where T : class
        {
            if (value is not null)
            {
                members.Add($"\"{key}\":{text(value)}");
            }
        }
    }

    private static string Lists(IReadOnlyList<IReadOnlyList<int>> lists) => Lines('[', lists.Select(List), ']');

    private static string Lines(char open, IEnumerable<string> lines, char close) =>
        lines.ToArray() is { Length: > 0 } some ? $"{open}\n{string.Join(",\n", some)}\n{close}" : $"{open}{close}";

    // Layer 2 before layer 10.
    private static Comparer<string> NaturalOrder { get; } = Comparer<string>.Create((a, b) => (Layer(a), a).CompareTo((Layer(b), b)));

    private static int Layer(string name) => name.Split('.') is ["layers", var layer, ..] && int.TryParse(layer, CultureInfo.InvariantCulture, out var i) ? i : int.MaxValue;

    private static string List(IReadOnlyList<int> indices)
    {
        var text = new StringBuilder("[");
        foreach (var index in indices)
        {
            text.Append(text.Length > 1 ? "," : "").Append(index.ToString(CultureInfo.InvariantCulture));
        }

        return text.Append(']').ToString();
    }
}
