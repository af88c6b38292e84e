using Prunus.Native;
using TorchSharp;

namespace Prunus.Tests.Native;

/// <summary>Counts tensors of this thread that an action leaves alive.</summary>
public static class TensorLeaks
{
    /// <summary>Runs an action (twice, the first to fill caches) and asserts that it leaves no tensor.</summary>
    public static void AssertNone(Action action)
    {
        Libtorch.Load();
        action();
        var before = Live();
        action();
        Assert.Equal(before, Live());
    }

    private static long Live()
    {
        var statistics = DisposeScopeManager.Statistics.TensorStatistics;
        return statistics.ThreadTotalLiveCount;
    }
}
