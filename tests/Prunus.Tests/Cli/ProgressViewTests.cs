using Prunus.Cli.Views;
using Prunus.Runs;

namespace Prunus.Tests.Cli;

public class ProgressViewTests
{
    [Fact]
    public void Lines_ComeEveryFiveSeconds_AndAtTheEnd()
    {
        var clock = new SteppedClock();
        using var error = new StringWriter { NewLine = "\n" };
        using (var view = new ProgressView(error, ProgressStyle.Lines, clock))
        {
            for (var step = 10; step <= 22; step++)
            {
                view.Report(new("distill", step, 40, 1234, 3.5, 1L << 30));
                clock.Advance(1);
            }
        }

        Assert.Equal("""
            distill 10/40 (25%) · loss 3.5000 · 1.234k tokens/s · 1.000 GiB
            distill 15/40 (38%) · loss 3.5000 · 1.234k tokens/s · 1.000 GiB · 0:25 left
            distill 20/40 (50%) · loss 3.5000 · 1.234k tokens/s · 1.000 GiB · 0:20 left
            distill 22/40 (55%) · loss 3.5000 · 1.234k tokens/s · 1.000 GiB · 0:19 left

            """, error.ToString());
    }

    [Fact]
    public void Live_RedrawsItsLine_AndLeavesItAtTheEndOfAStage()
    {
        var clock = new SteppedClock();
        using var error = new StringWriter { NewLine = "\n" };
        using (var view = new ProgressView(error, ProgressStyle.Live, clock))
        {
            view.Report(new("score", 0, 2));
            clock.Advance(1);
            view.Report(new("score", 2, 2));
            view.Report(new("plan", 1, 0));
        }

        Assert.Equal("\rscore 0/2 (0%)\u001b[K\rscore 2/2 (100%) · took 0:01\u001b[K\n\rplan 1\u001b[K\n", error.ToString());
    }

    [Fact]
    public void None_IsSilent()
    {
        using var error = new StringWriter();
        using (var view = new ProgressView(error, ProgressStyle.None))
        {
            view.Report(new("score", 0, 2));
        }

        Assert.Equal("", error.ToString());
    }

    private sealed class SteppedClock : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        public void Advance(int seconds) => _ticks += seconds * TimeSpan.TicksPerSecond;
    }
}
