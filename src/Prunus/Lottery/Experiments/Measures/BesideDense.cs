namespace Prunus.Lottery.Experiments.Measures;

/// <summary>A training beside the dense net of its experiment and seed. Both saw the images in one order and, but for controls with new values, began alike, so that what the seed does to both cancels.</summary>
internal static class BesideDense
{
    /// <summary>What a training measured, with differences to the dense net and how much sooner it stops.</summary>
    /// <param name="metrics">Of the training.</param>
    /// <param name="dense">Of the dense net; null where there is none, or it is that itself.</param>
    /// <param name="losses">Whether losses are compared too: of texts, where they say more than shares of next tokens.</param>
    public static Dictionary<string, double> Added(IReadOnlyDictionary<string, double> metrics, IReadOnlyDictionary<string, double>? dense, bool losses)
    {
        var all = metrics.ToDictionary(StringComparer.Ordinal);
        foreach (var name in (string[])[TicketMetrics.EarlyAccuracy, TicketMetrics.FinalAccuracy, .. losses ? (string[])[TicketMetrics.EarlyLoss, TicketMetrics.FinalLoss] : []])
        {
            if (metrics.TryGetValue(name, out var own) && dense?.TryGetValue(name, out var other) == true)
            {
                all[name + TicketMetrics.BesideDense] = own - other;
            }
        }

        // A net that is best untrained stops at step 0: there is no quotient. One that nothing passes learns no more than the last biases, and that at once.
        if (metrics.GetValueOrDefault(TicketMetrics.DeadAxes) == 0 && metrics.TryGetValue(TicketMetrics.EarlyIteration, out var step) && dense?.TryGetValue(TicketMetrics.EarlyIteration, out var denseStep) == true && step > 0 && denseStep > 0)
        {
            all[TicketMetrics.Sooner] = denseStep / step;
        }

        return all;
    }
}
