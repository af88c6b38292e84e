using Prunus.Decoders;
using Prunus.Evaluation;
using Prunus.Pruning;
using TorchSharp;

namespace Prunus.Benchmarks;

/// <summary>Perplexity on both texts of what a plan leaves of a donor; plans that several methods share are measured once.</summary>
internal sealed class PrunedPerplexity(Decoder donor, int[] wiki, int[] c4, int window, int? windows)
{
    private readonly Dictionary<string, (double Wiki, double C4)> _measured = new(StringComparer.Ordinal);

    public (double Wiki, double C4) Measure(PruningPlan plan)
    {
        var key = plan.ToJson();
        if (!_measured.TryGetValue(key, out var result))
        {
            using var pruned = key == new PruningPlan().ToJson() ? null : Surgery.Prune(donor, plan);
            var options = new PerplexityOptions { Window = window, Windows = windows, Batch = donor.Device.type == DeviceType.CPU ? 1 : 8 };
            result = (Perplexity.Measure(pruned ?? donor, wiki, options).Perplexity, Perplexity.Measure(pruned ?? donor, c4, options).Perplexity);
            _measured[key] = result;
        }

        return result;
    }
}
