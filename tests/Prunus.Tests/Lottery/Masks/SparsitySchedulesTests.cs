using Prunus.Lottery.Masks;

namespace Prunus.Tests.Lottery.Masks;

public sealed class SparsitySchedulesTests
{
    [Fact]
    public void Gradual_pruning_is_that_of_the_reference()
    {
        using var golden = new LotteryGolden("masks", "schedules");
        var row = golden.Json["gmp"];
        var schedule = new GradualSchedule
        {
            Initial = row["s_i"].Number, Final = row["s_f"].Number, Start = row["t0"].Integer, Cuts = row["n"].Integer, Every = row["dt"].Integer,
        };
        schedule.Validate();
        Assert.All(row["rows_t_s"].Items, r => Assert.Equal(r.Numbers[1], schedule.At((long)r.Numbers[0]), 1e-14));
        golden.AssertAllRead("gmp");
        golden.AssertParts("gmp", "rigl_drop_fraction", "pm");
    }

    // T is the training's length; the fraction ends at T_end.
    [Fact]
    public void Drops_of_rigl_are_those_of_the_reference()
    {
        using var golden = new LotteryGolden("masks", "schedules");
        var row = golden.Json["rigl_drop_fraction"];
        var schedule = new DropSchedule(row["alpha"].Number, row["T_end"].Number);
        Assert.All(row["rows_t_f"].Items, r => Assert.Equal(r.Numbers[1], schedule.At((long)r.Numbers[0]), 1e-14));
        golden.AssertAllRead("rigl_drop_fraction", "/T");
    }

    // Two cuts after the first, ten steps apart: half way the sparsity is 1 - (1/2)³ of the way.
    [Fact]
    public void Gradual_pruning_by_hand()
    {
        var schedule = new GradualSchedule { Initial = 0.2, Final = 0.8, Start = 5, Cuts = 2, Every = 10 };
        Assert.Equal([0.2, 0.2, 0.725, 0.8, 0.8], new long[] { 0, 5, 15, 25, 99 }.Select(s => Math.Round(schedule.At(s), 12)));
        Assert.Equal([5, 15, 25], Enumerable.Range(0, 100).Where(s => schedule.CutsAt(s)));
        Assert.Contains("correct these 2 values",
            Assert.Throws<PrunusInputException>((schedule with { Initial = 0.9, Cuts = 0 }).Validate).Message, StringComparison.Ordinal);
    }
}
