using Prunus.Training;

namespace Prunus.Lottery.Masks;

/// <summary>Share of the surviving weights that one round prunes, by kind of tensor; 0 leaves a kind alone.</summary>
/// <param name="Convolution">Of kernels, 0 to 1.</param>
/// <param name="Linear">Of matrices, 0 to 1.</param>
/// <param name="Output">Of the layer that gives the logits, 0 to 1, whatever its kind.</param>
public sealed record MaskRates(double Convolution, double Linear, double Output)
{
    // Shares come as decimal fractions of a hundred; 0.07 · 100 is 7.000000000000001 in doubles.
    private const int PercentDigits = 10;

    /// <summary>One share for every tensor.</summary>
    public MaskRates(double share)
        : this(share, share, share)
    {
    }

    /// <summary>The share of a tensor; 0 for what is not prunable.</summary>
    public double Of(TicketTensor tensor) => !tensor.IsPrunable ? 0 : tensor.IsOutput ? Output : tensor.Kind == TicketTensorKind.Convolution ? Convolution : Linear;

    /// <summary>Weights that a share of the survivors is: floor(alive · percent / 100) in doubles, where percent = 100 · share.</summary>
    public static long CountOf(long alive, double share) => (long)Math.Floor(alive * Math.Round(share * 100, PercentDigits) / 100);

    /// <summary>What is wrong with these values; empty when nothing is.</summary>
    public IEnumerable<string> Faults() =>
        from rate in new[] { ("convolution", Convolution), ("linear", Linear), ("output", Output) }
        where !(rate.Item2 is >= 0 and < 1)
        select $"{rate.Item1} rate {rate.Item2} is not in [0, 1)";

    /// <summary>Checks all values.</summary>
    /// <exception cref="PrunusInputException">Lists every fault.</exception>
    public void Validate() => OptionFaults.Throw("pruning rates", Faults());
}
