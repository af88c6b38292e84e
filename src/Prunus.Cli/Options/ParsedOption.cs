using System.CommandLine;
using System.Globalization;

namespace Prunus.Cli.Options;

/// <summary>Reads one value of an option.</summary>
/// <param name="text">What the user typed.</param>
/// <param name="value">The value.</param>
/// <returns>Null when it is fine, else what is wrong and what to write: <c>problem; remedy</c>.</returns>
internal delegate string? ValueParser<T>(string text, out T value);

/// <summary>Makes options whose values are read by our own parsers, so that their errors read like all others.</summary>
internal static class ParsedOption
{
    /// <summary>An option with a default.</summary>
    public static Option<T> Create<T>(string name, string helpName, string description, ValueParser<T> parser, T defaultValue)
    {
        var option = Create(name, helpName, description, parser);
        option.DefaultValueFactory = _ => defaultValue;
        return option;
    }

    /// <summary>An option without a default: ask <see cref="VerbContext.Given"/> first, or make it required.</summary>
    public static Option<T> Create<T>(string name, string helpName, string description, ValueParser<T> parser) => new(name)
    {
        Description = description,
        HelpName = helpName,
        Arity = ArgumentArity.ExactlyOne,
        CustomParser = result =>
        {
            if (parser(result.Tokens[0].Value, out var value) is { } fault)
            {
                result.AddError(fault);
                return default;
            }

            return value;
        },
    };

    /// <summary>Any text, such as a path.</summary>
    public static string? Text(string text, out string value)
    {
        value = text;
        return text.Length == 0 ? "is empty; give it a value" : null;
    }

    /// <summary>One of a literal list of names.</summary>
    public static ValueParser<string> OneOf(params string[] names) => (string text, out string value) =>
    {
        value = text;
        return names.Contains(text, StringComparer.Ordinal) ? null : $"'{text}' is none of its values; use {string.Join(", ", names)}";
    };

    public static ValueParser<long> Integer(long least, long most) => (string text, out long value) =>
        !Quantity.TryCount(text, out value) && !Quantity.IsBeyond(text) ? $"'{text}' is no whole number; write e.g. {Math.Max(least, 1)}"
        : Quantity.IsBeyond(text) || value < least || value > most ? $"{text} is out of range; use {least} to {most}"
        : null;

    /// <summary>As <see cref="Integer"/>, for values that fit 32 bits.</summary>
    public static ValueParser<int> Count(int least, int most = int.MaxValue) => (string text, out int value) =>
    {
        var fault = Integer(least, most)(text, out var wide);
        value = fault is null ? (int)wide : 0;
        return fault;
    };

    /// <summary>Whole numbers separated by commas.</summary>
    public static ValueParser<int[]> Counts(int least, int most = int.MaxValue) => (string text, out int[] value) =>
    {
        var parts = text.Split(',');
        value = new int[parts.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            if (Count(least, most)(parts[i].Trim(), out value[i]) is { } fault)
            {
                return fault;
            }
        }

        return null;
    };

    public static ValueParser<double> Real(double least, double most) => (string text, out double value) =>
        !double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) ? $"'{text}' is no number; write e.g. {Invariant(Math.Min(1, most))}"
        : !(value >= least && value <= most) ? $"{text} is out of range; use {Invariant(least)} to {Invariant(most)}"
        : null;

    /// <summary>A share such as <c>60%</c> or <c>0.6</c>, above 0 and at most 1.</summary>
    public static string? Share(string text, out double value) =>
        !Quantity.TryShare(text, out value) ? $"'{text}' is no share; write e.g. 60% or 0.6"
        : !(value > 0 && value <= 1) ? $"{text} is out of range; use a share above 0 up to 100%"
        : null;

    /// <summary>A number of things such as <c>65M</c>, <c>1.5B</c> or <c>6e7</c>, one or more.</summary>
    public static string? Quantities(string text, out long value)
    {
        var read = Quantity.TryCount(text, out value);
        return Quantity.IsBeyond(text) ? $"{text} is out of range; use 1 to {long.MaxValue}"
            : !read ? $"'{text}' is no quantity; write e.g. 65M, 1.5B or 6e7"
            : value < 1 ? $"{text} is out of range; use 1 or more"
            : null;
    }

    public static string? DeviceName(string text, out string value)
    {
        value = text;
        return Array.TrueForAll(text.Split(','), IsDevice) ? null : $"'{text}' is no device; use auto, cpu, cuda or cuda:0";

        static bool IsDevice(string word) => word is "auto" or "cpu" or "cuda"
            || (word.StartsWith("cuda:", StringComparison.Ordinal) && int.TryParse(word.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out _));
    }

    private static string Invariant(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
