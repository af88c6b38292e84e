using System.Globalization;

namespace Prunus.Search;

/// <summary>MLP neurons of a candidate: a number, a multiple of its hidden channels, or whatever comes nearest to the budget.</summary>
public readonly record struct FfnWidth
{
    /// <summary>Neurons of a layer, or null.</summary>
    public int? Neurons { get; private init; }

    /// <summary>Neurons per hidden channel, or null.</summary>
    public double? Expansion { get; private init; }

    /// <summary>The width that the budget leaves, a multiple of <see cref="SearchSpace.RoundTo"/>.</summary>
    public static FfnWidth Fit => default;

    public bool IsFit => (Neurons, Expansion) == default;

    public static FfnWidth Of(int neurons) => new() { Neurons = neurons };

    public static FfnWidth TimesHidden(double expansion) => new() { Expansion = expansion };

    /// <summary>Reads <c>800</c>, <c>3.5x</c> or <c>fit</c>.</summary>
    /// <returns>Null when it is none of them.</returns>
    public static FfnWidth? Parse(string text) =>
        text == "fit" ? Fit
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var neurons) && neurons > 0 ? Of(neurons)
        : text.EndsWith('x') && double.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var factor) && factor > 0 ? TimesHidden(factor)
        : null;

    public override string ToString() => IsFit ? "fit" : FormattableString.Invariant($"{Neurons}{(Expansion is null ? "" : Expansion + "x")}");
}
