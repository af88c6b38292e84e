using Prunus.Lottery.Masks;

namespace Prunus.Tests.Lottery.Masks;

public sealed class SparsitySchedulesTests
{
    [Fact]
    public void Gradual_pruning_is_that_of_the_reference()
    {
        var golden = MaskGoldens.Json("schedules").GetProperty("gmp");
        var schedule = new GradualSchedule
        {
            Initial = golden.GetProperty("s_i").GetDouble(), Final = golden.GetProperty("s_f").GetDouble(), Start = golden.GetProperty("t0").GetInt64(),
            Cuts = golden.GetProperty("n").GetInt32(), Every = golden.GetProperty("dt").GetInt32(),
        };
        schedule.Validate();
        Assert.All(golden.GetProperty("rows_t_s").EnumerateArray(), row => Assert.Equal(row[1].GetDouble(), schedule.At(row[0].GetInt64()), 1e-14));
    }

    [Fact]
    public void Drops_of_rigl_are_those_of_the_reference()
    {
        var golden = MaskGoldens.Json("schedules").GetProperty("rigl_drop_fraction");
        var schedule = new DropSchedule(golden.GetProperty("alpha").GetDouble(), golden.GetProperty("T_end").GetDouble());
        Assert.All(golden.GetProperty("rows_t_f").EnumerateArray(), row => Assert.Equal(row[1].GetDouble(), schedule.At(row[0].GetInt64()), 1e-14));
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
