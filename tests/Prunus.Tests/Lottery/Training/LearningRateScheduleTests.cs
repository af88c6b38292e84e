using Prunus.Lottery.Training;

namespace Prunus.Tests.Lottery.Training;

public sealed class LearningRateScheduleTests
{
    [Fact]
    public void Warm_up_then_drops()
    {
        var schedule = new LearningRateSchedule { Rate = 0.4, WarmupSteps = 4, Drops = [6, 8], DropFactor = 0.5 };
        Assert.Equal([0.1, 0.2, 0.3, 0.4, 0.4, 0.4, 0.2, 0.2, 0.1, 0.1], Enumerable.Range(0, 10).Select(schedule.At), (a, b) => Math.Abs(a - b) < 1e-12);
        Assert.Equal("0.4, warm-up 4, x0.5 at 6 8", schedule.ToString());
        Assert.Equal(schedule, schedule with { Drops = [6, 8] });
        Assert.NotEqual(schedule, schedule with { Drops = [6, 9] });
        schedule.Validate(10);
        Assert.Equal(0.0012, LearningRateSchedule.Constant(0.0012).At(49_999));
    }

    [Fact]
    public void Impossible_schedules_name_every_fault()
    {
        var schedule = new LearningRateSchedule { Rate = double.NaN, WarmupSteps = 30, Drops = [5, 40, 40], DropFactor = 2 };
        Assert.Equal(7, schedule.Faults(20).Count());
        var message = Assert.Throws<PrunusInputException>(() => schedule.Validate(20)).Message;
        Assert.Contains("warm-up of 30 steps is not within the 20", message, StringComparison.Ordinal);
        Assert.Contains("drop at step 40 is never reached in 20 steps", message, StringComparison.Ordinal);
        Assert.Contains("drops 40, 40 are not ascending", message, StringComparison.Ordinal);
    }
}
