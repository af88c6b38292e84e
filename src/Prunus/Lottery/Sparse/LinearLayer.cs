namespace Prunus.Lottery.Sparse;

/// <summary>A linear layer in plain arrays.</summary>
/// <param name="Name">The layer.</param>
/// <param name="Rows">Outputs.</param>
/// <param name="Columns">Inputs.</param>
/// <param name="Weights">[rows,columns] row-major; what a mask prunes is 0.</param>
/// <param name="Bias">[rows].</param>
/// <param name="Relu">Whether max(·, 0) follows.</param>
internal sealed record LinearLayer(string Name, int Rows, int Columns, float[] Weights, float[] Bias, bool Relu);
