namespace Prunus.Distillation;

/// <summary>One addend of a loss on logits.</summary>
/// <param name="Loss">The loss of a token.</param>
/// <param name="Weight">Factor in the sum.</param>
/// <param name="Temperature">τ of the softmax on both sides.</param>
/// <param name="TauSquared">Multiplies value and gradient by τ² (Hinton's convention); default off.</param>
public sealed record LogitLossTerm(ILogitLoss Loss, double Weight = 1, double Temperature = 1, bool TauSquared = false)
{
    /// <summary>Weight with the τ² factor if there is one.</summary>
    public double Factor => TauSquared ? Weight * Temperature * Temperature : Weight;

    /// <summary>What is wrong with these values; empty when nothing is.</summary>
    public IEnumerable<string> Faults()
    {
        if (!(Weight >= 0 && double.IsFinite(Weight)))
        {
            yield return $"weight {Weight} of {Loss.Id} is negative or not finite";
        }

        if (!(Temperature > 0 && double.IsFinite(Temperature)))
        {
            yield return $"temperature {Temperature} of {Loss.Id} is not above 0";
        }
    }
}
