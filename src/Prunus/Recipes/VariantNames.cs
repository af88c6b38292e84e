using System.Globalization;
using Prunus.Evaluation.Tasks;
using Prunus.Lottery.Experiments.Measures;
using Prunus.Runs;

namespace Prunus.Recipes;

/// <summary>What claims, figures and published rows may refer to at one size.</summary>
/// <param name="size">The size.</param>
/// <param name="all">Names of all variants, also of those that this size leaves out.</param>
internal sealed class VariantNames(RecipeSize size, IReadOnlyList<string> all)
{
    private static readonly string[] Plain = ["before", "loss", "parameters", "keep", "tokens", "reach", "influence"];
    private const string Accuracy = "accuracy_";
    private readonly IReadOnlyList<string> _here = size.CellNames;

    /// <summary>Reads a reference; null when this size leaves its variant or its task out.</summary>
    /// <exception cref="PrunusInputException">There is no such variant or metric.</exception>
    public MetricReference? Reference(YamlMap map, string key, string text)
    {
        var reference = map.Checked(key, () => MetricReference.Parse(text));
        if (IsTaskElsewhere(reference.Metric))
        {
            return null;
        }

        if (!IsMetric(reference.Metric))
        {
            throw map.Fault(key, $"names the metric '{reference.Metric}'", $"use {string.Join(", ", Metrics)}{(size.FixedMetrics is not null ? "" : size.Tickets is null ? " or loss@STEP" : " or accuracy@STEP")}");
        }

        return _here.Contains(reference.Variant) ? reference
            : all.Contains(reference.Variant) ? null
            : throw Unknown(map, key, reference.Variant);
    }

    /// <summary>Reads references; null when this size leaves a variant of them out.</summary>
    public IReadOnlyList<MetricReference>? References(YamlMap map, string key, IEnumerable<string> texts)
    {
        var references = texts.Select(t => Reference(map, key, t)).ToList();
        return references.Contains(null) ? null : [.. references.OfType<MetricReference>()];
    }

    /// <summary>Variants of this size that match patterns with <c>*</c>, in their order.</summary>
    /// <exception cref="PrunusInputException">A pattern matches none of any size.</exception>
    public IReadOnlyList<string> Matching(YamlMap map, string key, IReadOnlyList<string> patterns)
    {
        var matched = patterns.ToLookup(p => _here.Concat(all).Any(name => RecipeReader.Matches(name, p)));
        return matched[false].FirstOrDefault() is { } none ? throw Unknown(map, key, none) : [.. _here.Where(name => patterns.Any(p => RecipeReader.Matches(name, p)))];
    }

    /// <summary>The same without the donors, which nothing was done to.</summary>
    /// <exception cref="PrunusInputException">As <see cref="Matching"/>.</exception>
    public IReadOnlyList<Variant> Variants(YamlMap map, string key, IReadOnlyList<string> patterns) => Matching(map, key, patterns) is var names ? [.. size.Variants.Where(v => names.Contains(v.Name))] : [];

    private PrunusInputException Unknown(YamlMap map, string key, string name) =>
        map.Fault(key, $"names the variant '{name}'", NearestName.Find(name, _here.Concat(all)) is { } near ? $"did you mean '{near}'?" : $"there are {string.Join(", ", _here)}");

    private IEnumerable<string> Metrics => size.Tickets is not null ? TicketMetrics.All : size.FixedMetrics ?? [.. Plain, .. size.Evaluate.SelectMany(t => (string[])["before_" + t.Name, "loss_" + t.Name]), .. size.Tasks.Select(t => Accuracy + t)];

    // A task's items are not everywhere: sizes that run on embedded data alone leave tasks out.
    private bool IsTaskElsewhere(string name) => size.Tasks.Count == 0 && name.StartsWith(Accuracy, StringComparison.Ordinal) && EvaluationTasks.All.Any(t => t.Id == name[Accuracy.Length..]);

    private bool IsMetric(string name) => size.Tickets is not null ? TicketMetrics.Has(name) : Metrics.Contains(name)
        || (size.FixedMetrics is null && name.StartsWith("loss@", StringComparison.Ordinal) && int.TryParse(name.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out _));
}
