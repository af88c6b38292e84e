using Prunus.Lottery.Supermasks;
using Prunus.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Prunus.Tests.Lottery.Supermasks;

/// <summary>Masks of the highest scores against a sort.</summary>
public sealed class TopMaskTests
{
    [Fact]
    public void Equals_a_stable_sort_with_ties()
    {
        Libtorch.Load();
        using var scope = NewDisposeScope();
        var random = new Random(5);
        for (var trial = 0; trial < 300; trial++)
        {
            var (rows, n) = (random.Next(1, 4), random.Next(1, 40));
            var scores = Enumerable.Range(0, rows * n).Select(_ => (float)random.Next(-5, 5)).ToArray();
            var dropped = random.Next(0, n + 1);
            var mask = TopMask.Of(tensor(scores, [rows, n]), dropped);
            for (var row = 0; row < rows; row++)
            {
                var goes = Enumerable.Range(0, n).OrderBy(i => scores[(row * n) + i]).ThenBy(i => i).Take(dropped).ToHashSet();
                Assert.All(Enumerable.Range(0, n), i => Assert.Equal(goes.Contains(i) ? 0 : 1, mask[row, i].item<float>()));
            }
        }
    }
}
