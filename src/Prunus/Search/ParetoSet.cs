namespace Prunus.Search;

/// <summary>Things that nothing else beats in every respect.</summary>
public static class ParetoSet
{
    /// <summary>Whether each point is in the set: no other is as low in all coordinates and lower in one.</summary>
    /// <param name="points">Coordinates, less is better.</param>
    public static IReadOnlyList<bool> Of(IReadOnlyList<IReadOnlyList<double>> points) =>
        [.. points.Select(p => !points.Any(o => o.Zip(p, (a, b) => a <= b).All(low => low) && o.Zip(p, (a, b) => a < b).Any(lower => lower)))];
}
