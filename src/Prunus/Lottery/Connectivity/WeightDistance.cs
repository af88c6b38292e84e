using Prunus.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Lottery.Connectivity;

/// <summary>How far two sets of weights lie apart: stability to pruning (a ticket trained alone against the same weights in the dense net) and to data order (two copies trained on
/// different orders) of Frankle et al. 2019, arXiv 1903.01611, section 4.</summary>
/// <param name="L2">Euclidean distance.</param>
/// <param name="Angle">Angle between them seen from 0, in degrees; NaN when one is 0.</param>
public readonly record struct WeightDistance(double L2, double Angle)
{
    /// <summary>Compares tensors by name, all taken as one vector.</summary>
    /// <param name="a">One set.</param>
    /// <param name="b">The other.</param>
    /// <param name="names">What to compare; the paper's: prunable weights.</param>
    /// <param name="masks">0/1 tensors by name: only what is kept counts. Null = all.</param>
    /// <param name="members">Members of a stack, whose tensors are [members,…]; 1 for single nets.</param>
    /// <returns>The distance of each member.</returns>
    public static IReadOnlyList<WeightDistance> Between(
        IReadOnlyDictionary<string, Tensor> a, IReadOnlyDictionary<string, Tensor> b, IEnumerable<string> names, IReadOnlyDictionary<string, Tensor>? masks = null, int members = 1)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();

        // [4,members]: |a-b|², a·b, |a|², |b|², in float64 so that small differences of long vectors count.
        var sums = zeros([4, members], dtype: ScalarType.Float64, device: a.Values.First().device);
        foreach (var name in names)
        {
            using var tensorScope = NewDisposeScope();
            var (x, y) = (Row(a[name], name), Row(b[name], name));
            var difference = x - y;
            Ops.AddInPlace(sums, stack([(difference * difference).sum(1), (x * y).sum(1), (x * x).sum(1), (y * y).sum(1)]));
        }

        var values = TensorMemory.Span<double>(sums.cpu()).ToArray();
        return [.. Enumerable.Range(0, members).Select(m =>
        {
            var cosine = values[members + m] / Math.Sqrt(values[2 * members + m] * values[3 * members + m]);
            return new WeightDistance(Math.Sqrt(values[m]), Math.Acos(Math.Clamp(cosine, -1, 1)) * 180 / Math.PI);
        })];

        Tensor Row(Tensor x, string name)
        {
            var row = x.to(ScalarType.Float64);
            return (masks is not null && masks.TryGetValue(name, out var mask) ? row * mask : row).reshape(members, -1);
        }
    }
}
