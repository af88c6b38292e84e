using System.Text.Json;
using Prunus.Runs;

namespace Prunus.Search;

/// <summary>How candidates of a search compare after their trainings; kept beside the run.</summary>
/// <param name="Names">Of the candidates, in the grid's order.</param>
/// <param name="Steps">Steps after which they were ranked, from 0.</param>
/// <param name="Losses">Held-out loss of each candidate (nats per token), one value per step of <paramref name="Steps"/>.</param>
/// <param name="Settled">Whether the search ended before its last step because the ranking had settled.</param>
public sealed record Ranking(IReadOnlyList<string> Names, IReadOnlyList<int> Steps, IReadOnlyList<IReadOnlyList<double>> Losses, bool Settled)
{
    /// <summary>Indices of the candidates, the lowest last loss first.</summary>
    public IReadOnlyList<int> Order => [.. Enumerable.Range(0, Names.Count).OrderBy(i => Losses[i][^1])];

    /// <summary>Losses of all candidates after each step: the transpose of <see cref="Losses"/>.</summary>
    public IReadOnlyList<IReadOnlyList<double>> ByStep => [.. Steps.Select((_, s) => (IReadOnlyList<double>)[.. Losses.Select(l => l[s])])];

    internal void Write(string path) => AtomicFile.WriteText(path, JsonSerializer.Serialize(new { Names, Steps, Losses, Settled }) + "\n");

    /// <exception cref="PrunusInputException">The file is damaged.</exception>
    internal static Ranking Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<Ranking>(File.ReadAllText(path)) ?? throw new JsonException("is null");
        }
        catch (JsonException e)
        {
            throw new PrunusInputException(path, "is damaged", "delete the run folder or repeat the command with --fresh", e);
        }
    }
}
