namespace Prunus.Lottery.Masks;

/// <summary>What weights start from when training begins anew under a mask.</summary>
/// <param name="Id">As users write it.</param>
/// <param name="Title">One line for people.</param>
/// <param name="Apply">Starting value of every position.</param>
public sealed record MaskAction(string Id, string Title, Func<ActionValues, float[]> Apply)
{
    /// <summary>Where all of them come from.</summary>
    public const string Paper = "Zhou et al. 2019, arXiv 1905.01067";

    /// <summary>The same, kept values times size / kept, as if the layer's weights were spread over its mask.</summary>
    internal MaskAction Rescaled() => new(Id + "-rescaling", Title + ", times size / kept", v =>
    {
        var factor = (float)((double)v.Mask.Count / Math.Max(1, v.Mask.Kept));
        return Array.ConvertAll(Apply(v), value => value * factor);
    });

    internal static MaskAction Named(IReadOnlyList<MaskAction> all, string kind, string id) => all.FirstOrDefault(a => a.Id == id)
        ?? throw new PrunusInputException(kind, $"'{id}' is not known", $"use one of {string.Join(", ", all.Select(a => a.Id))}");
}
