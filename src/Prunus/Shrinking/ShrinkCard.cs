using System.Globalization;
using System.Text;

namespace Prunus.Shrinking;

/// <summary>What a shrunk checkpoint's README.md says beyond licence and shape.</summary>
internal static class ShrinkCard
{
    public static IReadOnlyList<(string Heading, string Markdown)> Sections(ShrinkOptions options, IReadOnlyList<ModelMeasures> models, HealingOptions healing) =>
    [
        ("What was done", string.Create(CultureInfo.InvariantCulture, $"Structured pruning by importance ({options.Prune.Importance}), then {healing.Steps} steps of {healing.Batch} × {healing.Block} tokens of training against the unpruned donor (Muralidharan et al. 2024, arXiv 2407.14679). `plan.json` lists what was kept, `record.json` has every number, `report.html` shows them.\n")),
        ("Before and after", Table(models)),
        ("Limits", "Measured on the held-out part of the training text only. The donor's limits and licence apply.\n"),
    ];

    private static string Table(IReadOnlyList<ModelMeasures> models)
    {
        var table = new StringBuilder("| model | parameters | loss (nats/token) | perplexity |\n| --- | ---: | ---: | ---: |\n");
        foreach (var m in models)
        {
            table.Append(CultureInfo.InvariantCulture, $"| {m.Name} | {m.Parameters:N0} | {m.Loss:F4} | {Math.Exp(m.Loss):F2} |\n");
        }

        return table.ToString();
    }
}
