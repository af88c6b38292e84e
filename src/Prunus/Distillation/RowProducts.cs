using TorchSharp;

namespace Prunus.Distillation;

/// <summary>Sums over the vocabulary.</summary>
internal static class RowProducts
{
    /// <summary>Σ_v a·b of each row: [n,V], [n,V] → [n,1]. No product [n,V] is kept.</summary>
    public static torch.Tensor Dot(torch.Tensor a, torch.Tensor b)
    {
        using var rows = a.unsqueeze(1);
        using var columns = b.unsqueeze(-1);
        using var product = rows.bmm(columns);
        return product.squeeze(-1);
    }
}
