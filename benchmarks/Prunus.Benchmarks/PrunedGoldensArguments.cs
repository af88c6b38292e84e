using System.Globalization;

namespace Prunus.Benchmarks;

/// <summary>The command line of <see cref="PrunedGoldens"/>: model, reference numbers, texts, and how much of them.</summary>
internal sealed record PrunedGoldensArguments(string Model, string Goldens, string Train, string C4, string Wiki)
{
    private const int AllSequences = 128;

    public string Device { get; init; } = "cpu";

    /// <summary>Beginnings of the names of the methods to run; none = all.</summary>
    public IReadOnlyList<string> Only { get; init; } = [];

    public string? Json { get; init; }

    public int? Windows { get; init; }

    public int Sequences { get; init; } = AllSequences;

    /// <summary>Whether the numbers are those that the reference has.</summary>
    public bool Whole => Windows is null && Sequences == AllSequences;

    /// <summary>The parsed words; null where they do not fit the usage.</summary>
    public static PrunedGoldensArguments? Read(string[] arguments)
    {
        var (plain, named) = (new List<string>(), new Dictionary<string, string>(StringComparer.Ordinal));
        for (var i = 0; i < arguments.Length; i++)
        {
            if (!arguments[i].StartsWith("--", StringComparison.Ordinal))
            {
                plain.Add(arguments[i]);
            }
            else if (arguments[i] is "--json" or "--windows" or "--sequences" && i + 1 < arguments.Length)
            {
                named[arguments[i]] = arguments[++i];
            }
            else
            {
                return null;
            }
        }

        return plain is not [var model, var goldens, var train, var c4, var wiki, .. var rest] ? null : new PrunedGoldensArguments(model, goldens, train, c4, wiki)
        {
            Device = rest.FirstOrDefault() ?? "cpu",
            Only = [.. rest.Skip(1)],
            Json = named.GetValueOrDefault("--json"),
            Windows = Count("--windows"),
            Sequences = Count("--sequences") ?? AllSequences,
        };

        int? Count(string option) => named.TryGetValue(option, out var text) ? int.Parse(text, CultureInfo.InvariantCulture) : null;
    }
}
