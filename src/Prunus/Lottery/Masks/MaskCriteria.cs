using System.Globalization;
using static Prunus.Lottery.Masks.CriterionNeeds;

namespace Prunus.Lottery.Masks;

/// <summary>All ways to decide which weights stay. wi: initial weight, wf: trained weight, g: gradient at wi.</summary>
public static class MaskCriteria
{
    private const string Frankle = "Frankle and Carbin 2019, arXiv 1803.03635", Zhou = "Zhou et al. 2019, arXiv 1905.01067", Lee = "Lee et al. 2019, arXiv 1810.02340";
    private const string Interpolated = "large-final-interpolated";

    public static IReadOnlyList<MaskCriterion> All { get; } =
    [
        new("large-final", "|wf|: magnitude after training", Frankle, Final, (_, f, _, _) => Math.Abs(f)),
        new("small-final", "-|wf| (control)", Zhou, Final, (_, f, _, _) => -Math.Abs(f)),
        new("large-init", "|wi|: magnitude before training", Zhou, Initial, (i, _, _, _) => Math.Abs(i)),
        new("small-init", "-|wi| (control)", Zhou, Initial, (i, _, _, _) => -Math.Abs(i)),
        new("random", "a uniform number (control)", Zhou, CriterionNeeds.Random, (_, _, _, u) => u),
        new("magnitude-increase", "|wf| - |wi|", Zhou, Initial | Final, Increase),
        new("movement", "|wf - wi|", Zhou, Initial | Final, (i, f, _, _) => Math.Abs(f - i)),
        new("large-final-same-sign", "|wf|, 0 where the sign changed", Zhou, Initial | Final, (i, f, _, _) => Gate(SameSign(i, f), Math.Abs(f))),
        new("large-final-diff-sign", "|wf|, 0 where the sign did not change", Zhou, Initial | Final, (i, f, _, _) => Gate(!SameSign(i, f), Math.Abs(f))),
        new("magnitude-increase-same-sign", "|wf| - |wi|, 0 where the sign changed", Zhou, Initial | Final, (i, f, g, u) => Gate(SameSign(i, f), Increase(i, f, g, u))),
        new("magnitude-increase-diff-sign", "|wf| - |wi|, 0 where the sign did not change", Zhou, Initial | Final, (i, f, g, u) => Gate(!SameSign(i, f), Increase(i, f, g, u))),
        new("large-final-same-sign-single", "kept is what kept its sign, however many", Zhou, Initial | Final, null, (m, v, _) => WhereSign(m, v, same: true)),
        new("large-final-diff-sign-single", "kept is what changed its sign, however many", Zhou, Initial | Final, null, (m, v, _) => WhereSign(m, v, same: false)),
        new("large-init-large-final", "above one percentile of both |wi| and |wf|, by the authors' bisection; may miss the count", Zhou, Initial | Final, null,
            (m, v, s) => BothLarge.Bisected(m, v, s, 1).Mask),
        new("small-init-small-final", "the same of -|wi| and -|wf| (control)", Zhou, Initial | Final, null, (m, v, s) => BothLarge.Bisected(m, v, s, -1).Mask),
        new("large-init-large-final-rank", "neither among the r lowest |wi| nor the r lowest |wf|, r as large as the count allows", $"after {Zhou}", Initial | Final, null,
            (m, v, s) => BothLarge.Ranked(m, v, s, 1).Mask),
        new("small-init-small-final-rank", "the same of -|wi| and -|wf| (control)", $"after {Zhou}", Initial | Final, null, (m, v, s) => BothLarge.Ranked(m, v, s, -1).Mask),
        new("snip", "|g wi|", Lee, Initial | Gradient, (i, _, g, _) => Math.Abs(g * i)),
        new("grad", "|g|", Zhou, Gradient, (_, _, g, _) => Math.Abs(g)),
        InterpolatedBy(0.5),
    ];

    /// <summary>The criterion of an id. <c>large-final-interpolated:0.5</c> takes any number.</summary>
    /// <exception cref="PrunusInputException">There is none.</exception>
    public static MaskCriterion Named(string id)
    {
        if (id.StartsWith(Interpolated + ":", StringComparison.Ordinal))
        {
            var text = id[(Interpolated.Length + 1)..];
            return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var share) && double.IsFinite(share)
                ? InterpolatedBy(share)
                : throw new PrunusInputException("criterion", $"'{id}': '{text}' is no number", $"write {Interpolated}:0.5");
        }

        return All.FirstOrDefault(c => c.Id == id) ?? throw new PrunusInputException("criterion", $"'{id}' is not known", $"use one of {string.Join(", ", All.Select(c => c.Id))}");
    }

    private static MaskCriterion InterpolatedBy(double share) => new(FormattableString.Invariant($"{Interpolated}:{share}"),
        "|wi + a (wf - wi)|: magnitude on the line from the initial to the trained weights, a after the colon", Zhou, Initial | Final, (i, f, _, _) => Math.Abs(i + (share * (f - i))));

    private static double Increase(double initial, double final, double gradient, double uniform) => Math.Abs(final) - Math.Abs(initial);

    // A product, so that NaN stays NaN and is found.
    private static double Gate(bool open, double score) => (open ? 1 : 0) * score;

    // 0 is a sign of its own.
    private static bool SameSign(double a, double b) => (a > 0) == (b > 0) && (a < 0) == (b < 0);

    // Pruned weights stay pruned.
    private static Mask WhereSign(Mask mask, CriterionValues values, bool same) =>
        Mask.Where(mask.Shape, i => mask[i] && SameSign(values.Initial[i], values.Final[i]) == same);
}
