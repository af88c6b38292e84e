namespace Prunus.Distillation;

/// <summary>A loss with one number of its own, written after its name: <c>jsd:0.5</c>.</summary>
public interface IParametricLoss : ILogitLoss
{
    /// <summary>The name alone: <c>jsd</c>.</summary>
    string Kind { get; }

    /// <summary>The same loss with another number.</summary>
    /// <param name="value">What stands after the colon.</param>
    /// <exception cref="PrunusInputException">It is no such number, or out of range.</exception>
    ILogitLoss With(string value);
}
