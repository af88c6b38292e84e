using Prunus.Training;

namespace Prunus.Tests.Training;

public class CosineScheduleTests
{
    private static readonly CosineSchedule Schedule = new() { Peak = 5e-4, WarmupSteps = 20 };

    [Theory]
    [InlineData(0, 2.5e-5)]
    [InlineData(19, 5e-4)]
    [InlineData(20, 5e-4)]
    [InlineData(210, 2.5e-4)]
    [InlineData(400, 0)]
    public void Rate_follows_the_formula(int step, double expected) => Assert.Equal(expected, Schedule.At(step, 400), 1e-15);

    [Fact]
    public void Rate_ends_at_the_minimum() => Assert.Equal(1e-5, (Schedule with { Minimum = 1e-5 }).At(400, 400), 1e-15);

    [Fact]
    public void Run_shorter_than_its_warmup_stays_in_it() => Assert.Equal(5e-4 * 3 / 20, Schedule.At(2, 3), 1e-15);

    [Fact]
    public void Faults_are_all_listed()
    {
        var faults = new CosineSchedule { Peak = double.NaN, Minimum = -1, WarmupSteps = -2 }.Faults();
        Assert.Equal(3, faults.Count());
        Assert.Empty(Schedule.Faults());
    }

    [Fact]
    public void Optimizer_faults_are_one_error()
    {
        var bad = new AdamWOptions { Beta1 = 1, Beta2 = -0.1, Epsilon = 0, WeightDecay = double.NaN, ClipNorm = -1 };
        var error = Assert.Throws<PrunusInputException>(bad.Validate);
        Assert.Contains("correct these 5 values", error.Message, StringComparison.Ordinal);
        new AdamWOptions().Validate();
    }
}
