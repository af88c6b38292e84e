namespace Prunus.Lottery.Masks;

/// <summary>What kept weights start from ("mask-1 actions"); pruned ones are 0. wi: initial weight.</summary>
public static class KeptActions
{
    private static readonly MaskAction
        ReinitPermute = new("random-reinit-permute", "wi of the whole layer permuted (the authors' random_reinit)", v => v.Kept(i => v.Initial[v.Order[i]])),
        SignedReinitPermute = new("signed-reinit-permute", "magnitudes of wi of the whole layer permuted, each with the position's own sign", v => v.Kept(i => Signed(v, i, v.Initial[v.Order[i]]))),
        Constant = new("signed-constant", "sign(wi) times the standard deviation of the layer's wi", v => Constants(v, v.Deviation)),
        PermutedConstant = new("rand-signed-constant", "signed constants of the whole layer permuted", v =>
        {
            var size = v.Deviation;
            return v.Kept(i => (float)(Sign(v.Initial[v.Order[i]]) * size));
        });

    public static IReadOnlyList<MaskAction> All { get; } =
    [
        new("none", "wi: rewinding", v => v.Kept(i => v.Initial[i])),
        new("mask-init", "wi under the mask, as the authors name it where masks are made before training", v => v.Kept(i => v.Initial[i])),
        ReinitPermute, ReinitPermute.Rescaled(),
        new("random-reinit-fresh", "another draw of the same law", v => v.Kept(i => v.Fresh[i])),
        SignedReinitPermute, SignedReinitPermute.Rescaled(),
        new("signed-reinit-fresh", "magnitudes of another draw, each with the position's own sign", v => v.Kept(i => Signed(v, i, v.Fresh[i]))),
        new("random-reshuffle", "kept wi permuted among the kept positions", v => Reshuffled(v, (_, value) => value)),
        new("signed-reshuffle", "magnitudes of kept wi permuted among the kept positions, each with the position's own sign (the authors')", v => Reshuffled(v, (i, value) => Signed(v, i, value))),
        new("signed-reshuffle-within-sign", "kept wi permuted among the kept positions of their sign", WithinSign),
        Constant, Constant.Rescaled(),
        new("signed-constant-0.25", "sign(wi) times 0.25", v => Constants(v, 0.25)),
        PermutedConstant, PermutedConstant.Rescaled(),
    ];

    /// <summary>The action of an id.</summary>
    /// <exception cref="PrunusInputException">There is none.</exception>
    public static MaskAction Named(string id) => MaskAction.Named(All, "action on kept weights", id);

    private static float[] Constants(ActionValues v, double size) => v.Kept(i => (float)(Sign(v.Initial[i]) * size));

    private static float[] Reshuffled(ActionValues v, Func<int, float, float> change)
    {
        int[] kept = [.. v.Mask.KeptIndices()];
        var values = new float[v.Mask.Count];
        for (var i = 0; i < kept.Length; i++)
        {
            values[kept[i]] = change(kept[i], v.Initial[kept[v.KeptOrder[i]]]);
        }

        return values;
    }

    // Positions of a sign in index order get the values of that sign in the order of (key, index).
    private static float[] WithinSign(ActionValues v)
    {
        var values = new float[v.Mask.Count];
        foreach (var ofSign in v.Mask.KeptIndices().GroupBy(i => Sign(v.Initial[i])))
        {
            foreach (var (to, from) in ofSign.Zip(ofSign.OrderBy(i => v.Keys[i])))
            {
                values[to] = v.Initial[from];
            }
        }

        return values;
    }

    private static float Signed(ActionValues v, int index, float value) => Sign(v.Initial[index]) * MathF.Abs(value);

    private static int Sign(float value) => value > 0 ? 1 : value < 0 ? -1 : 0;
}
