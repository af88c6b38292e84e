namespace Prunus.Lottery.Strong.Verification;

/// <summary>How much is measured.</summary>
/// <param name="Images">Random images for the summed net, and labelled ones in float64; in float32 all labelled ones.</param>
/// <param name="PairImages">Images for the pruned random net, which costs n times as much.</param>
/// <param name="WorstImages">Images that gradient ascent begins from: half random, half labelled ones.</param>
/// <param name="Steps">Steps of the ascent.</param>
/// <param name="Seed">Of random images.</param>
public sealed record VerificationOptions(int Images = 1000, int PairImages = 32, int WorstImages = 64, int Steps = 60, long Seed = 0);
