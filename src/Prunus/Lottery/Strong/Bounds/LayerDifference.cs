namespace Prunus.Lottery.Strong.Bounds;

/// <summary>Largest possible output of a difference of two layers, D·x + d, over inputs 0 ≤ x ≤ a: the sums of positive or of negative terms, reached where x = a on the entries of that
/// sign and 0 elsewhere. So it is no mere bound: some window of inputs reaches it.</summary>
public static class LayerDifference
{
    /// <summary>The supremum over all inputs of |D·x + d| of one output.</summary>
    /// <param name="difference">Row of D.</param>
    /// <param name="bias">d.</param>
    /// <param name="largest">a: an upper bound for each input channel.</param>
    /// <param name="kernel">Entries of one channel in the row.</param>
    /// <returns>The supremum, and the sign of the entries whose inputs are large there.</returns>
    public static (double Error, int Sign) Supremum(ReadOnlySpan<double> difference, double bias, ReadOnlySpan<double> largest, int kernel)
    {
        double up = bias, down = bias;
        for (var i = 0; i < difference.Length; i++)
        {
            var term = difference[i] * largest[i / kernel];
            up += Math.Max(term, 0);
            down += Math.Min(term, 0);
        }

        return Math.Abs(up) >= Math.Abs(down) ? (Math.Abs(up), 1) : (Math.Abs(down), -1);
    }
}
