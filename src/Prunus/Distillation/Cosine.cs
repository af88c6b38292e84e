using Prunus.Native;
using TorchSharp;

namespace Prunus.Distillation;

/// <summary>1 - cos(x, y) of rows and its derivative.</summary>
internal static class Cosine
{
    // Keeps the angle of a row of zeros defined: 1 - cos = 1, slope 0.
    private const double Least = 1e-30;

    /// <summary>Returns 1 - cos of each row [n]; <paramref name="y"/> [n,V] becomes scale · (cos x/|x|² - y/(|x||y|)), the derivative with respect to x.</summary>
    public static torch.Tensor Slope(torch.Tensor x, torch.Tensor y, torch.Tensor scale)
    {
        using var xx = Ops.AtLeast(RowProducts.Dot(x, x), Least);
        using var yy = Ops.AtLeast(RowProducts.Dot(y, y), Least);
        using var cosine = RowProducts.Dot(x, y);
        using var norms = xx.sqrt().mul_(yy.sqrt_());
        cosine.div_(norms);
        using var own = (cosine / xx).mul_(scale);
        using var other = (scale / norms).neg_();
        Ops.AddProductInPlace(y.mul_(other), x, own);
        return Ops.AddInPlace(cosine.neg_(), 1).squeeze(-1);
    }
}
