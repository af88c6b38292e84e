using Prunus.Native;
using Prunus.Runs;
using TorchSharp;

namespace Prunus.Distillation.HiddenStates;

/// <summary>A distance between a student's state, already at the teacher's width, and the teacher's.</summary>
/// <param name="Id">Name in options.</param>
/// <param name="Title">What it is.</param>
/// <param name="Formula">Of one token: p the student's state after the projection, q the teacher's, d its width.</param>
/// <param name="PerToken">Both states [...,d] float32 → [...] float32, differentiable in the first.</param>
public sealed record HiddenStateDistance(string Id, string Title, string Formula, Func<torch.Tensor, torch.Tensor, torch.Tensor> PerToken);

/// <summary>
/// The distances between hidden states. Cosine is the default: best in Muralidharan et al. 2024, appendix A.4. No mean over the batch's widths but in mse; the
/// sums over tokens are the caller's.
/// </summary>
public static class HiddenStateLosses
{
    // Below any norm of a state that carries something, above what its square would make zero in float32.
    private const double LeastNorm = 1e-12;

    public static HiddenStateDistance Cosine { get; } = new(
        "cosine", "Cosine distance", "1 - p·q / (|p| |q|)", (p, q) => Ops.Add(torch.nn.functional.cosine_similarity(p, q, -1, LeastNorm).neg(), 1));

    public static HiddenStateDistance Mse { get; } = new("mse", "Mean squared error", "|p - q|² / d", (p, q) => Ops.Square(p - q).mean([-1]));

    public static HiddenStateDistance L2Unit { get; } = new(
        "l2-unit", "Squared distance of the unit vectors", "|p/|p| - q/|q||²", (p, q) => Ops.Square(Unit(p) - Unit(q)).sum(-1));

    public static HiddenStateDistance L2Relative { get; } = new(
        "l2-relative", "Squared distance over the teacher's square", "|p - q|² / |q|²", (p, q) => Ops.Square(p - q).sum(-1) / Ops.AtLeast(Ops.Square(q).sum(-1), LeastNorm * LeastNorm));

    /// <summary>Every distance, in the order shown to users.</summary>
    public static IReadOnlyList<HiddenStateDistance> All { get; } = [Cosine, Mse, L2Unit, L2Relative];

    /// <summary>The distance with that id.</summary>
    /// <exception cref="PrunusInputException">There is none.</exception>
    public static HiddenStateDistance Find(string id)
    {
        var names = All.Select(loss => loss.Id).ToArray();
        return All.FirstOrDefault(loss => loss.Id == id) ?? throw new PrunusInputException(
            HiddenStateOptions.Flag, $"there is no loss '{id}' between states", NearestName.Find(id, names) is { } near ? $"did you mean '{near}'?" : $"use {string.Join(", ", names)}");
    }

    private static torch.Tensor Unit(torch.Tensor x) => x / Ops.AtLeast(Ops.VectorNorm(x, 2, -1, keepDimension: true), LeastNorm);
}
