namespace Prunus.Recipes;

/// <summary>A metric of a variant, written <c>variant.metric</c>: the part behind the last dot is the metric.</summary>
/// <param name="Variant">Name of the variant.</param>
/// <param name="Metric">
/// <c>before</c>, <c>loss</c> (on the first evaluation text, before and after training), <c>before_TEXT</c>, <c>loss_TEXT</c>, <c>loss@STEP</c> (during training),
/// <c>accuracy_TASK</c>, <c>parameters</c>, <c>tokens</c>, <c>reach</c>, <c>influence</c> …
/// </param>
public sealed record MetricReference(string Variant, string Metric)
{
    /// <exception cref="PrunusInputException">There is no dot.</exception>
    public static MetricReference Parse(string text)
    {
        var cut = text.LastIndexOf('.');
        return cut > 0 && cut < text.Length - 1 ? new(text[..cut], text[(cut + 1)..])
            : throw new PrunusInputException("metric", $"'{text}' names none", "write variant.metric, such as KLD.loss");
    }

    public override string ToString() => $"{Variant}.{Metric}";
}
