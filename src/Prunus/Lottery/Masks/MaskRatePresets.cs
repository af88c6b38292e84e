namespace Prunus.Lottery.Masks;

/// <summary>How a paper prunes a net in each round.</summary>
/// <param name="Net">Id of a <see cref="Vision.VisionNetKind"/>.</param>
/// <param name="Rates">Shares of a round.</param>
/// <param name="Scope">What is ranked together.</param>
/// <param name="Paper">Where it comes from.</param>
public sealed record MaskRatePreset(string Net, MaskRates Rates, MaskScope Scope, string Paper);

/// <summary>Pruning rates of published experiments.</summary>
public static class MaskRatePresets
{
    private const string Frankle = "Frankle and Carbin 2019, arXiv 1803.03635, figure 2";

    public static IReadOnlyList<MaskRatePreset> All { get; } =
    [
        new("lenet-300-100", new(0.2, 0.2, 0.1), MaskScope.Layerwise, Frankle),
        new("conv-2", new(0.1, 0.2, 0.1), MaskScope.Layerwise, Frankle),
        new("conv-4", new(0.1, 0.2, 0.1), MaskScope.Layerwise, Frankle),
        new("conv-6", new(0.15, 0.2, 0.1), MaskScope.Layerwise, Frankle),
        new("vgg-19", new(0.2, 0, 0), MaskScope.Global, Frankle),
        new("resnet-20", new(0.2, 0, 0), MaskScope.Global, Frankle),
    ];

    /// <summary>The preset of a net.</summary>
    /// <exception cref="PrunusInputException">No paper gives one.</exception>
    public static MaskRatePreset Of(string net) => All.FirstOrDefault(p => p.Net == net)
        ?? throw new PrunusInputException("pruning rates", $"no paper gives them for '{net}'", $"state them; known are {string.Join(", ", All.Select(p => p.Net))}");
}
