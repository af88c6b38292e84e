using System.Text.Json.Nodes;
using Prunus.Jobs;
using Prunus.Runs;

namespace Prunus.Recipes;

/// <summary>What a recipe compares, found on this machine and ready to be computed: prunings of donors, or ticket experiments.</summary>
internal interface IRecipeStudy
{
    /// <summary>What decides the numbers beside recipe, size, seeds and device: data and donors by their hashes.</summary>
    JsonObject Inputs { get; }

    /// <summary>What went another way than it should have while cells were computed, a line each.</summary>
    IReadOnlyList<string> Warnings => [];

    /// <summary>Jobs at a time that use a GPU best.</summary>
    int JobsOnGpu => 1;

    /// <exception cref="PrunusInputException">The cells cannot be done by these workers.</exception>
    void Validate(JobPoolOptions workers) => workers.Validate();

    /// <summary>Every cell's result. What is done already is read from <paramref name="work"/>.</summary>
    /// <param name="work">Folder that a repeated call goes on from.</param>
    /// <param name="identity">Hash of the run.</param>
    /// <param name="workers">Processes.</param>
    /// <param name="progress">Told what is done.</param>
    /// <param name="cancellation">Ends it; the same call goes on.</param>
    /// <param name="results">Folder for files that the run is to keep.</param>
    IReadOnlyList<RecipeCell> Cells(string work, string results, string identity, JobPoolOptions workers, IProgress<ProgressUpdate>? progress, CancellationToken cancellation);

    /// <summary>What was timed when all cells were done: facts of this machine and moment, kept apart from the cells, which are the same wherever they are computed.</summary>
    /// <param name="work">As in <see cref="Cells"/>, which has returned.</param>
    /// <param name="progress">Told what is done.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>Further metrics of cells; empty where nothing is timed.</returns>
    IReadOnlyList<RecipeCell> Timings(string work, IProgress<ProgressUpdate>? progress, CancellationToken cancellation) => [];
}

/// <summary>What one cell gave with one seed.</summary>
internal sealed record RecipeCell(string Name, long Seed, CellResult Result);
