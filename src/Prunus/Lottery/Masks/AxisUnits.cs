namespace Prunus.Lottery.Masks;

/// <summary>Units of one axis and which of them no signal passes.</summary>
/// <param name="Axis">The layer whose outputs the units are, or <c>stream</c>.</param>
/// <param name="Dead">For each unit whether it is dead: on no path of kept weights from an input to a logit.</param>
/// <param name="WithoutInputs">Units that no kept weight leads to; they give a constant, that of their bias.</param>
/// <param name="WithoutOutputs">Units that no kept weight leads away from.</param>
public sealed record AxisUnits(string Axis, IReadOnlyList<bool> Dead, int WithoutInputs, int WithoutOutputs)
{
    /// <summary>Number of dead units; those without inputs or outputs are among them.</summary>
    public int DeadCount => Dead.Count(d => d);
}
